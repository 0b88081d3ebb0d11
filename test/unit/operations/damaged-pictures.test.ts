/** The parameter `on_damaged`, and damage that no viewer shows. */
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { imageMetadata } from '../../../operations/image-metadata/index.ts';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import type { Operation } from '../../../operations/operation.ts';
import { poiDetection } from '../../../operations/poi-detection/index.ts';
import { decode, noise, quarters } from '../../support/pictures.ts';
import { runOperation } from '../../support/run-operation.ts';

const run = (operation: unknown, bytes: Buffer, params = {}) =>
  runOperation(operation as Operation, { params, assets: [{ name: 'a.jpg', bytes }] });

const pixels = async (bytes: Buffer, params = {}) => {
  const { files, notes } = await run(imageTransform, bytes, { format: 'png', ...params });
  return { picture: await decode([...files.values()][0] ?? Buffer.alloc(0)), notes };
};

/** Parts of a file, as fractions of its length. */
const cut = (bytes: Buffer, part: number): Buffer => bytes.subarray(0, Math.floor(bytes.length * part));

describe('a JPEG without an end marker', () => {
  test.each([
    ['baseline', {}],
    ['progressive', { progressive: true }],
    ['grey', { chromaSubsampling: '4:4:4' }],
  ])('is complete (%s)', async (kind, options) => {
    const source = kind === 'grey' ? noise(203, 101).greyscale() : noise(203, 101);
    const bytes = await source.jpeg(options).toBuffer();
    const whole = await pixels(bytes);
    const { picture, notes } = await pixels(bytes.subarray(0, -2));
    expect(notes).toEqual([]);
    for (const [x, y] of [
      [0, 0],
      [1, 1],
      [0.4, 0.97],
    ] as const)
      expect(picture.at(x, y)).toEqual(whole.picture.at(x, y));
    const { data } = await run(imageMetadata, bytes.subarray(0, -2));
    expect(data).toMatchObject({ assets: [{ media_type: 'image/jpeg', size: bytes.length - 2 }] });
  });

  test('with missing data is damaged, even if little is missing', async () => {
    const baseline = await noise(203, 101).jpeg().toBuffer();
    const progressive = await noise(203, 101).jpeg({ progressive: true }).toBuffer();
    // The end of each scan but the last one, too.
    const scans = [...progressive.toString('latin1').matchAll(/\xff\xda/g)].map(({ index }) => index);
    const ends = scans
      .slice(1)
      .map((scan) => progressive.subarray(0, progressive.lastIndexOf('\xff\xc4', scan, 'latin1')));
    for (const bytes of [
      ...[8, 12, 40, 200, 2000].map((missing) => baseline.subarray(0, -missing)),
      ...[12, 40, 200, 2000].map((missing) => progressive.subarray(0, -missing)),
      ...ends,
    ])
      await expect(pixels(bytes)).rejects.toMatchObject({
        code: 'asset_corrupt',
        details: { damage: 'truncated' },
      });
  });
});

test.each([
  ['JPEG', () => quarters().jpeg().toBuffer()],
  ['PNG', () => quarters().png().toBuffer()],
  ['GIF', () => quarters().gif().toBuffer()],
  ['WebP', () => quarters().webp().toBuffer()],
])('accepts bytes behind the end of a %s', async (_, make) => {
  const { picture, notes } = await pixels(Buffer.concat([await make(), Buffer.alloc(3000, 'trailer')]));
  expect(picture.width).toBe(80);
  expect(notes).toEqual([]);
});

test('a progressive JPEG with bytes between its scans is complete', async () => {
  const bytes = await quarters().jpeg({ progressive: true }).toBuffer();
  const end = bytes.length - 2;
  const padded = Buffer.concat([bytes.subarray(0, end), Buffer.alloc(20), bytes.subarray(end)]);
  expect((await pixels(padded)).picture.width).toBe(80);
});

test('a PNG without its last chunk is complete', async () => {
  const bytes = await noise(80, 40).png().toBuffer();
  expect((await pixels(bytes.subarray(0, -12))).picture.width).toBe(80);
});

test('reports a wrong checksum', async () => {
  const bytes = await noise(80, 40).png().toBuffer();
  const data = bytes.indexOf('IDAT');
  bytes[data + 500] = (bytes[data + 500] ?? 0) ^ 1;
  await expect(pixels(bytes)).rejects.toMatchObject({
    code: 'asset_corrupt',
    message: 'Asset 0 ("a.jpg") is damaged: the checksum of its chunk IDAT does not match',
    details: { damage: 'checksum' },
  });
});

const refused = { code: 'asset_corrupt', details: { damage: 'contents' } };

describe('damage in compressed parts of a TIFF', () => {
  const layouts = { strips: {}, tiles: { tile: true, tileWidth: 64, tileHeight: 64 } } as const;

  test.each(Object.keys(layouts) as (keyof typeof layouts)[])(
    'is found by the checksum of Deflate (%s)',
    async (layout) => {
      const bytes = await noise(200, 200)
        .tiff({ compression: 'deflate', ...layouts[layout] })
        .toBuffer();
      const { at, length } = findPart(bytes, 0);
      expect(inflateSync(bytes.subarray(at, at + length)).length).toBeGreaterThan(0);
      bytes[at + length - 1] = (bytes[at + length - 1] ?? 0) ^ 1;
      expect(() => inflateSync(bytes.subarray(at, at + length))).toThrow('incorrect data check');
      await expect(pixels(bytes)).rejects.toMatchObject({
        ...refused,
        message: expect.stringMatching(/1 of its \d+ /),
      });
    },
  );

  test('is found where parts overlap', async () => {
    const bytes = await noise(200, 200)
      .tiff({ compression: 'lzw', ...layouts.tiles })
      .toBuffer();
    expect(findPart(bytes, 1).length).toBeGreaterThan(0);
    movePart(bytes, 1, findPart(bytes, 0).at + 1);
    await expect(pixels(bytes)).rejects.toMatchObject({
      message: expect.stringContaining('tiles overlap others'),
    });
  });

  test('is not assumed where parts are equal, and share their data', async () => {
    const bytes = await noise(200, 200)
      .tiff({ compression: 'lzw', ...layouts.tiles })
      .toBuffer();
    movePart(bytes, 1, findPart(bytes, 0).at, findPart(bytes, 0).length);
    expect((await pixels(bytes)).picture.width).toBe(200);
  });
});

test('bytes between the metadata and the tables of a JPEG are harmless', async () => {
  const bytes = await noise(80, 40)
    .withExif({ IFD0: { Make: 'Acme' } })
    .jpeg()
    .toBuffer();
  const tables = bytes.indexOf(Buffer.from([0xff, 0xdb]));
  const junk = Buffer.from('junk');
  const padded = Buffer.concat([bytes.subarray(0, tables), junk, bytes.subarray(tables)]);
  expect((await pixels(padded)).picture.at(0.5, 0.5)).toEqual((await pixels(bytes)).picture.at(0.5, 0.5));
});

test('a JPEG whose scan ends before its data is damaged, which libjpeg reports only at the end', async () => {
  const bytes = await noise(80, 40).jpeg().toBuffer();
  const padded = Buffer.concat([bytes.subarray(0, -2), Buffer.from('left over'), bytes.subarray(-2)]);
  await expect(pixels(padded)).rejects.toMatchObject(refused);
  expect((await pixels(padded, { on_damaged: 'accept' })).notes).toMatchObject([{ code: 'damage_accepted' }]);
});

test('a wrong checksum in PNG is damage, except in chunks that do not affect the picture', async () => {
  const bytes = await noise(80, 40)
    .withMetadata({ density: 72 })
    .ensureAlpha()
    .png({ palette: true })
    .toBuffer();
  const damaged = (chunk: string) => {
    const copy = Buffer.from(bytes);
    const at = copy.indexOf(chunk) + 4 + copy.readUInt32BE(copy.indexOf(chunk) - 4);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  expect((await pixels(damaged('pHYs'))).picture.width).toBe(80);
  await expect(pixels(damaged('PLTE'))).rejects.toMatchObject({ details: { damage: 'checksum' } });
});

describe('on_damaged: accept', () => {
  const accept = { on_damaged: 'accept' };

  test.each([
    ['JPEG', () => quarters(400, 400).jpeg().toBuffer()],
    ['PNG', () => quarters(400, 400).png({ compressionLevel: 0 }).toBuffer()],
    ['TIFF', () => quarters(400, 400).tiff({ compression: 'none', bigtiff: false }).toBuffer()],
    [
      'tiled TIFF',
      () =>
        quarters(400, 400)
          .tiff({ tile: true, tileWidth: 64, tileHeight: 64, compression: 'none' })
          .toBuffer(),
    ],
  ])('uses the intact part of a %s, and notes the damage', async (format, make) => {
    const whole = await make();
    // TIFF has its directory at the end; so its data is damaged by moving it away.
    const bytes = format.includes('TIFF') ? moveLastParts(whole) : cut(whole, 0.6);
    await expect(pixels(bytes)).rejects.toMatchObject({ code: 'asset_corrupt' });
    const { picture, notes } = await pixels(bytes, accept);
    expect([picture.width, picture.height]).toEqual([400, 400]);
    const [red = 0, green = 255] = picture.at(0.1, 0.1);
    expect(red).toBeGreaterThan(240);
    expect(green).toBeLessThan(15);
    expect(notes).toEqual([
      {
        code: 'damage_accepted',
        message: expect.stringMatching(
          /^Asset 0 \("a.jpg"\) is damaged: .*; the part that can be decoded was used$/,
        ),
        asset: 0,
      },
    ]);
  });

  test('fails if nothing can be decoded', async () => {
    await expect(pixels(cut(await quarters().png().toBuffer(), 0.1), accept)).rejects.toMatchObject({
      code: 'asset_corrupt',
    });
  });
});

test('points of interest are not detected in a tiled TIFF whose tiles are missing', async () => {
  const tiled = { tile: true, tileWidth: 64, tileHeight: 64, compression: 'none' } as const;
  const bytes = moveLastParts(await quarters(400, 400).tiff(tiled).toBuffer());
  await expect(run(poiDetection, bytes)).rejects.toMatchObject({
    code: 'asset_corrupt',
    message: expect.stringContaining('lie beyond the end of the file'),
  });
});

/** The entries of a little-endian TIFF that list places and lengths of its strips or tiles. */
function findLists(tiff: Buffer): { places: number; lengths: number; bytes: number } {
  const start = tiff.readUInt32LE(4);
  const found = { places: 0, lengths: 0, bytes: 4 };
  for (let at = start + 2; at < start + 2 + tiff.readUInt16LE(start) * 12; at += 12) {
    const tag = tiff.readUInt16LE(at);
    const isInline = tiff.readUInt32LE(at + 4) === 1;
    const values = isInline ? at + 8 : tiff.readUInt32LE(at + 8);
    if (tag === 273 || tag === 324) found.places = values;
    if (tag === 279 || tag === 325) {
      found.lengths = values;
      found.bytes = tiff.readUInt16LE(at + 2) === 3 ? 2 : 4;
    }
  }
  return found;
}

function findPart(tiff: Buffer, part: number): { at: number; length: number } {
  const { places, lengths, bytes } = findLists(tiff);
  return { at: tiff.readUInt32LE(places + 4 * part), length: tiff.readUIntLE(lengths + bytes * part, bytes) };
}

function movePart(tiff: Buffer, part: number, at: number, length?: number): void {
  const { places, lengths, bytes } = findLists(tiff);
  tiff.writeUInt32LE(at, places + 4 * part);
  if (length !== undefined) tiff.writeUIntLE(length, lengths + bytes * part, bytes);
}

/** Moves the second half of the strips or tiles of a little-endian TIFF behind its end. */
function moveLastParts(tiff: Buffer): Buffer {
  const start = tiff.readUInt32LE(4);
  for (let at = start + 2; at < start + 2 + tiff.readUInt16LE(start) * 12; at += 12) {
    if (![273, 324].includes(tiff.readUInt16LE(at))) continue;
    const [count, values] = [tiff.readUInt32LE(at + 4), tiff.readUInt32LE(at + 8)];
    for (let part = count >> 1; part < count; part++)
      tiff.writeUInt32LE(tiff.length + 1000, values + 4 * part);
  }
  return tiff;
}
