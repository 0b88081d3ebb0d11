/** Small files whose headers ask for much memory or work. Each fails alone, with a reason. */
import { spawnSync } from 'node:child_process';
import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import { encodeHeic } from '../../support/heic.ts';
import {
  buildHeif,
  gridData,
  otherProperty,
  readCodedPicture,
  sizeProperty,
} from '../../support/heif-file.ts';
import { startPictures } from '../../support/picture-processes.ts';
import { plain } from '../../support/pictures.ts';
import { runOperation } from '../../support/run-operation.ts';
import { buildTiff, tiffPage } from '../../support/tiff.ts';

const MIB = 2 ** 20;
const lacksHeic = spawnSync('heif-enc', ['--version']).error !== undefined;

type Hostile = readonly [name: string, bytes: Buffer, ...codes: string[]];

const TOO_LARGE = 'asset_too_many_pixels';
const CORRUPT = 'asset_corrupt';
const OTHER = 'asset_not_an_image';
const DEMANDING = 'asset_too_demanding';

/** @param codec - Type of the coded items. */
function heifFiles(
  brand: 'avif' | 'heic',
  codec: string,
  { data, config }: { data: Buffer; config: Buffer },
): Hostile[] {
  const tile = { type: codec, data, properties: [1, 2] };
  const small = [config, sizeProperty(64, 64)];
  const file = (...args: Parameters<typeof buildHeif> extends [string, ...infer Rest] ? Rest : never) =>
    buildHeif(brand, ...args);
  const grid = (rows: number, columns: number, width: number, height: number, from: number[]) =>
    file(
      [{ type: 'grid', data: gridData(rows, columns, width, height), from, properties: [3] }, tile],
      [...small, sizeProperty(width, height)],
    );
  return [
    [`size of gigapixels.${brand}`, file([tile], [config, sizeProperty(60_000, 60_000)]), TOO_LARGE],
    [`size that the data has not.${brand}`, file([tile], [config, sizeProperty(9000, 9000)]), CORRUPT, OTHER],
    [
      `grid of 65,025 times one tile.${brand}`,
      grid(255, 255, 16_320, 16_320, Array(65_025).fill(2)),
      CORRUPT,
    ],
    [`grid larger than its tiles.${brand}`, grid(1, 1, 9000, 9000, [2]), CORRUPT, OTHER],
    [`grid with too few tiles.${brand}`, grid(16, 16, 1024, 1024, [2]), CORRUPT, OTHER],
    [`grid of itself.${brand}`, grid(1, 1, 64, 64, [1]), CORRUPT, OTHER],
    [
      `copies in a circle.${brand}`,
      file(
        [
          { type: 'iden', data: Buffer.alloc(0), from: [2], properties: [2] },
          { type: 'iden', data: Buffer.alloc(0), from: [1], properties: [2] },
        ],
        small,
      ),
      CORRUPT,
      OTHER,
    ],
    [`data of 30,000 extents.${brand}`, file([{ ...tile, extents: 30_000 }], small), CORRUPT],
    [`data beyond the file.${brand}`, file([tile], small).subarray(0, -data.length), CORRUPT, OTHER],
    [
      `property of 4 GB.${brand}`,
      file(
        [{ ...tile, properties: [1, 2, 3] }],
        [...small, otherProperty('colr', Buffer.from('prof'), 0xffff_fff0)],
      ),
      CORRUPT,
      OTHER,
    ],
    [
      `profile of 9 MB.${brand}`,
      file(
        [{ ...tile, properties: [1, 2, 3] }],
        [...small, otherProperty('colr', Buffer.concat([Buffer.from('prof'), Buffer.alloc(9e6)]))],
      ),
      'asset_metadata_too_large',
    ],
  ];
}

async function otherFiles(): Promise<Hostile[]> {
  const pixel = Buffer.from([0, 0, 0]);
  const tiff = (tags: Record<number, number[]>) =>
    buildTiff([tiffPage(8, 8, pixel, { 258: [8, 8, 8], 262: [2], 277: [3], ...tags })]);
  const tile = (side: number, compression: number, data: Buffer) => {
    const page = tiffPage(64, 64, pixel, {
      258: [8, 8, 8],
      262: [2],
      277: [3],
      259: [compression],
      322: [side],
      323: [side],
    });
    const { strip: _, ...rest } = page;
    const { 278: __, ...tags } = rest.tags;
    return buildTiff([{ tags, data: { bytes: data, at: 324, length: 325 } }]);
  };
  const jpeg = await plain(64, 64).jpeg({ progressive: true }).toBuffer();
  const webp = await plain(64, 64).webp({ lossless: true }).toBuffer();
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc2]));
  const sized = (side: number) => {
    const copy = Buffer.from(jpeg);
    copy.writeUInt16BE(side, frame + 5);
    copy.writeUInt16BE(side, frame + 7);
    return copy;
  };
  const lossless = Buffer.from(webp);
  const bits = lossless.indexOf('VP8L') + 9;
  lossless.writeUInt32LE((lossless.readUInt32LE(bits) & 0xf000_0000) | 0xfff_ffff, bits);
  return [
    ['gigapixels.tif', tiff({ 256: [200_000], 257: [200_000], 278: [200_000] }), TOO_LARGE],
    ['tiles of gigabytes.tif', tile(65_536, 1, pixel), OTHER],
    ['tiles of gigabytes in Deflate.tif', tile(65_536, 8, deflateSync(Buffer.alloc(20e6))), OTHER],
    [
      'strips without end.tif',
      tiff({ 273: Array(100_000).fill(8), 279: Array(100_000).fill(3), 278: [1], 257: [100_000] }),
      CORRUPT,
    ],
    ['gigapixels.jpg', sized(65_000), TOO_LARGE],
    ['268 megapixels.jpg', sized(16_383), DEMANDING],
    ['268 megapixels.webp', lossless, CORRUPT],
  ];
}

test('hostile files fail alone, within the memory limit', async () => {
  const avif = readCodedPicture(await plain(64, 64).avif().toBuffer(), 'av1C');
  const heic = lacksHeic
    ? []
    : heifFiles('heic', 'hvc1', readCodedPicture(await encodeHeic(plain(64, 64)), 'hvcC'));
  const hostile = [...heifFiles('avif', 'av01', avif), ...heic, ...(await otherFiles())];
  const innocent = { name: 'innocent.png', bytes: await plain(40, 30).png().toBuffer() };
  const pool = await startPictures({ size: 1, limits: { memory: () => 512 * MIB, seconds: () => 120 } });
  try {
    const { files, failures } = await runOperation(imageTransform, {
      params: { width: 20, on_error: 'skip' },
      assets: [...hostile.map(([name, bytes]) => ({ name, bytes })), innocent],
      pictures: pool.forTenant('mallory'),
    });
    expect(files.has('innocent.png')).toBe(true);
    const codes = new Map(failures.map(({ name, error }) => [name, error.code]));
    for (const [name, , ...expected] of hostile) expect(expected, name).toContain(codes.get(name));
    expect(failures.find(({ name }) => name === '268 megapixels.jpg')?.error.message).toContain(
      'needed more than 512 MiB of memory for 268 megapixels',
    );
    const next = await runOperation(imageTransform, {
      params: { width: 20 },
      assets: [innocent],
      pictures: pool.forTenant('ada'),
    });
    expect([...next.files.keys()]).toEqual(['innocent.png']);
  } finally {
    await pool.close();
  }
});
