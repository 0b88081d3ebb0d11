/** Which picture files are read, which are refused by what they are, and which are damaged. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openImage, toDecodeError } from '../../../operations/lib/image-source.ts';
import { lacksPillow } from '../../support/colour-reference.ts';
import { noise, quarters } from '../../support/pictures.ts';
import { buildTiff, tiffPage } from '../../support/tiff.ts';
import { transformOne } from '../../support/transform-one.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'darkroom-files-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Decodes all pixels, as operations do. */
async function read(bytes: Uint8Array, file = 'asset') {
  const path = join(directory, file);
  await writeFile(path, bytes);
  const input = { index: 0, name: 'a', path, size: bytes.length, attributes: {} };
  const { image } = await openImage(input);
  const decoded = await image
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw toDecodeError(input, error);
    });
  return { ...decoded.info, data: decoded.data };
}

const grey = Buffer.alloc(64 * 48, 90);
const rgb = Buffer.alloc(64 * 48 * 3, 90);
const rgb16 = Buffer.alloc(64 * 48 * 6, 90);
const deep = { 258: [16, 16, 16], 277: [3] };

describe('a picture that cannot be read', () => {
  test.each<[string, Buffer]>([
    ['a TIFF compressed with Zstandard', buildTiff([tiffPage(64, 48, rgb, { 259: [50_000] })])],
    ['a TIFF compressed with LZMA', buildTiff([tiffPage(64, 48, rgb, { 259: [34_925] })])],
    ['a TIFF compressed with JPEG 2000', buildTiff([tiffPage(64, 48, rgb, { 259: [34_712] })])],
    ['a TIFF compressed with method 12345', buildTiff([tiffPage(64, 48, rgb, { 259: [12_345] })])],
    ['a TIFF with 6 samples per pixel', buildTiff([tiffPage(64, 48, Buffer.alloc(64 * 48 * 6))])],
    ...(
      [
        [8, 'CIELab'],
        [9, 'ICC Lab'],
        [10, 'ITU Lab'],
      ] as const
    ).flatMap(([photometric, name]): [string, Buffer][] => [
      [`a TIFF with ${name} colours`, buildTiff([tiffPage(64, 48, rgb, { 262: [photometric] })])],
      [`a TIFF with ${name} colours`, buildTiff([tiffPage(64, 48, rgb16, { ...deep, 262: [photometric] })])],
    ]),
    [
      'a TIFF with 64 bits per sample',
      buildTiff([tiffPage(64, 48, Buffer.alloc(64 * 48 * 8), { 258: [64], 277: [1], 262: [1], 339: [3] })]),
    ],
    ['a camera raw file (Canon CR3)', Buffer.from('\0\0\0\x18ftypcrx \0\0\0\x01crx isom', 'latin1')],
    ['a camera raw file (Fujifilm RAF)', Buffer.from('FUJIFILMCCD-RAW 0201FF383501')],
    ['a camera raw file (Nikon NEF)', buildTiff([{ ...rawPage('NIKON CORPORATION') }])],
    ['a camera raw file (DNG)', buildTiff([{ ...rawPage('Any', { 50706: Buffer.from([1, 4, 0, 0]) }) }])],
    ['a PNG (of Apple, CgBI) file', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\x04CgBI\x50\0\x20\x02', 'latin1')],
    ['an OpenEXR file', Buffer.from('\x76\x2f\x31\x01\x02\0\0\0', 'latin1')],
    ['a PNM file', Buffer.from('P6\n64 48\n255\n')],
  ])('is called %s', async (is, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({
      code: 'asset_not_an_image',
      message: expect.stringContaining(`it is ${is}`),
    });
  });

  test.skipIf(lacksPillow)('is named as Pillow names it', async () => {
    const formats = ['BMP', 'DDS', 'ICNS', 'ICO', 'JPEG2000', 'PCX', 'PPM', 'SGI', 'TGA', 'XBM'];
    const code = `import base64, io, json
from PIL import Image
found = {}
for name in ${JSON.stringify(formats)}:
    out = io.BytesIO()
    Image.new('1' if name == 'XBM' else 'RGB', (64, 64)).save(out, name)
    found[name] = base64.b64encode(out.getvalue()).decode()
print(json.dumps(found))`;
    const files: Record<string, string> = JSON.parse(String(execFileSync('python3', ['-B', '-c', code])));
    for (const [format, base64] of Object.entries(files)) {
      const name = { JPEG2000: 'JPEG 2000', PPM: 'PNM' }[format] ?? format;
      await expect(read(Buffer.from(base64, 'base64')), format).rejects.toMatchObject({
        code: 'asset_not_an_image',
        message: expect.stringMatching(`it is an? ${name} file, which this server cannot read`),
      });
    }
  });

  test('is reported with its JPEG process', async () => {
    const jpeg = await quarters().jpeg().toBuffer();
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    const altered = (at: number, value: number) => {
      const copy = Buffer.from(jpeg);
      copy[frame + at] = value;
      return copy;
    };
    for (const [bytes, is] of [
      [altered(4, 12), 'a 12-bit JPEG picture'],
      [altered(1, 0xc3), 'a lossless JPEG picture'],
      [altered(1, 0xf7), 'a JPEG-LS picture'],
    ] as const)
      await expect(read(bytes)).rejects.toMatchObject({
        code: 'asset_not_an_image',
        message: expect.stringContaining(`it is ${is}`),
      });
  });

  test.each([
    ['WEBP at byte 8', '<svg    WEBP xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
    ['GIF89a at its start', 'GIF89a<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
  ])('a drawing with %s is not drawn', async (_, text) => {
    for (const file of ['asset', 'asset[1]'])
      await expect(read(Buffer.from(text), file)).rejects.toMatchObject({
        code: expect.stringMatching(/^asset_(not_an_image|corrupt)$/),
      });
  });
});

/** A thumbnail in the first directory, and sensor data below it. */
function rawPage(make: string, tags = {}) {
  const sensor = tiffPage(128, 96, Buffer.alloc(128 * 96), { 262: [32_803], 254: [0] });
  return { ...tiffPage(64, 48, rgb, { 254: [1], 271: make, ...tags }), children: [sensor] };
}

describe('a TIFF whose first directory is a reduced image', () => {
  const full = tiffPage(128, 96, Buffer.alloc(128 * 96 * 3, 200));
  const thumbnail = tiffPage(64, 48, rgb, { 254: [1] });

  test.each([
    ['in the next directory', buildTiff([thumbnail, full])],
    ['in a sub-directory', buildTiff([{ ...thumbnail, children: [full] }])],
    ['after a reduced image of the old kind', buildTiff([tiffPage(64, 48, rgb, { 255: [2] }), full])],
    ['after a mask', buildTiff([tiffPage(64, 48, grey, { 254: [4] }), full])],
  ])('returns the picture %s', async (_, bytes) => {
    const { width, height, data } = await read(bytes);
    expect([width, height, data[0]]).toEqual([128, 96, 200]);
  });

  test('with pages returns the first page', async () => {
    const { width } = await read(buildTiff([tiffPage(64, 48, rgb), full]));
    expect(width).toBe(64);
  });
});

describe('a damaged picture', () => {
  const tiled = { tile: true, tileWidth: 64, tileHeight: 64 } as const;
  const cuts = [0.3, 0.5, 0.7, 0.9, 0.97];

  test.each<[string, () => Promise<Buffer>]>([
    ['JPEG', () => noise(300, 200).jpeg().toBuffer()],
    ['progressive JPEG', () => noise(300, 200).jpeg({ progressive: true }).toBuffer()],
    ['PNG', () => noise(300, 200).png().toBuffer()],
    ['WebP', () => noise(300, 200).webp().toBuffer()],
    ['lossless WebP', () => noise(300, 200).webp({ lossless: true }).toBuffer()],
    ['AVIF', () => noise(300, 200).avif({ effort: 0 }).toBuffer()],
    ['GIF', () => noise(300, 200).gif().toBuffer()],
    ['TIFF in strips', () => noise(300, 200).tiff({ compression: 'lzw' }).toBuffer()],
    [
      'tiled TIFF',
      () =>
        noise(300, 200)
          .tiff({ ...tiled, compression: 'deflate' })
          .toBuffer(),
    ],
    [
      'tiled TIFF, JPEG',
      () =>
        noise(300, 200)
          .tiff({ ...tiled, compression: 'jpeg' })
          .toBuffer(),
    ],
    [
      'tiled TIFF, uncompressed',
      () =>
        noise(300, 200)
          .tiff({ ...tiled, compression: 'none' })
          .toBuffer(),
    ],
  ])('%s that is cut off is never completed', async (_, make) => {
    const bytes = await make();
    await read(bytes);
    for (const part of cuts)
      await expect(read(bytes.subarray(0, Math.floor(bytes.length * part)))).rejects.toMatchObject({
        code: 'asset_corrupt',
      });
  });

  test.each(['deflate', 'lzw'] as const)('with a damaged tile (%s) is not completed', async (compression) => {
    const bytes = await noise(300, 200)
      .tiff({ ...tiled, compression })
      .toBuffer();
    await read(bytes);
    // The middle of the file is the middle of a tile: noise makes them equally long.
    bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 200);
    await expect(read(bytes)).rejects.toMatchObject({ code: 'asset_corrupt' });
  });

  test('with tiles beyond the end reports their number', async () => {
    const bytes = await noise(300, 200)
      .tiff({ ...tiled, compression: 'none' })
      .toBuffer();
    await expect(read(moveTiles(bytes, 3))).rejects.toMatchObject({
      code: 'asset_corrupt',
      message: expect.stringContaining('3 of its 20 tiles lie beyond the end of the file'),
    });
  });

  // Other changes inside the data of JPEG, which has no checksums, decode to other pixels.
  test('a JPEG with an end marker in the middle of its data is not completed', async () => {
    const bytes = await noise(300, 200).jpeg().toBuffer();
    bytes.set([0xff, 0xd9], bytes.length >> 1);
    await expect(read(bytes)).rejects.toMatchObject({ code: 'asset_corrupt' });
  });
});

/** Place of the values of the tag TileOffsets in a little-endian TIFF. */
function findTileOffsets(bytes: Buffer): number {
  const start = bytes.readUInt32LE(4);
  for (let at = start + 2; at < start + 2 + bytes.readUInt16LE(start) * 12; at += 12)
    if (bytes.readUInt16LE(at) === 324) return bytes.readUInt32LE(at + 8);
  throw new TypeError('The TIFF has no tiles');
}

/** Moves the first tiles behind the end of the file. */
function moveTiles(bytes: Buffer, count: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = findTileOffsets(copy);
  for (let tile = 0; tile < count; tile++) copy.writeUInt32LE(bytes.length + 1000, at + 4 * tile);
  return copy;
}

test('a TIFF with unknown tags is read', async () => {
  const { width } = await read(buildTiff([tiffPage(64, 48, rgb, { 65123: [5], 65124: 'private' })]));
  expect(width).toBe(64);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'a picture with the number %d is refused',
  async (number) => {
    const samples = new Float32Array(64 * 48).fill(0.5);
    const picture = () =>
      transformOne(
        {},
        buildTiff([
          tiffPage(64, 48, Buffer.from(samples.buffer), { 258: [32], 262: [1], 277: [1], 339: [3] }),
        ]),
      );
    expect((await picture()).metadata.width).toBe(64);
    samples[1000] = number;
    await expect(picture()).rejects.toMatchObject({
      code: 'asset_not_an_image',
      message: expect.stringContaining('infinite or undefined (NaN)'),
    });
  },
);
