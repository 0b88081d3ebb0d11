/** Pictures that are made to exhaust memory or time. */
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { imageMetadata } from '../../../operations/image-metadata/index.ts';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import { startPictures } from '../../support/picture-processes.ts';
import { plain, pngFile } from '../../support/pictures.ts';
import { runOperation, type TestAsset } from '../../support/run-operation.ts';
import { buildTiff, tiffPage } from '../../support/tiff.ts';

const MIB = 2 ** 20;

type Chunk = readonly [type: string, data: Buffer];

const picture = { width: 8, height: 8, bits: 8, type: 0 };
const png = (...chunks: Chunk[]): TestAsset => ({
  name: 'bomb.png',
  bytes: pngFile(picture, Buffer.alloc(72), chunks),
});

const keyword = Buffer.from('Comment\0');
const compressedText = (size: number): Chunk => [
  'zTXt',
  Buffer.concat([keyword, Buffer.alloc(1), deflateSync(Buffer.alloc(size, 'a'))]),
];
const international = (size: number): Chunk => [
  'iTXt',
  Buffer.concat([
    keyword,
    Buffer.from([1, 0]),
    Buffer.from('en\0Note\0'),
    deflateSync(Buffer.alloc(size, 'a')),
  ]),
];
const profile = (size: number): Chunk => [
  'iCCP',
  Buffer.concat([Buffer.from('ICC\0\0'), deflateSync(Buffer.alloc(size))]),
];
const text = (size: number): Chunk => ['tEXt', Buffer.concat([keyword, Buffer.alloc(size, 'a')])];

describe('metadata', () => {
  test.each<[string, TestAsset, RegExp]>([
    [
      'compressed text',
      png(...Array.from({ length: 4 }, () => compressedText(50e6))),
      /its chunk zTXt unpacks to/,
    ],
    ['compressed international text', png(international(50e6)), /its chunk iTXt unpacks to more than 8 MiB/],
    ['a compressed profile', png(profile(50e6)), /its chunk iCCP unpacks to/],
    ['text', png(text(9e6)), /its chunk tEXt has more than 8 MiB/],
    [
      'many texts',
      png(...Array.from({ length: 6 }, () => compressedText(8e6))),
      /unpack to more than 32 MiB/,
    ],
    ['countless texts', png(...Array.from({ length: 1001 }, () => text(1))), /more than 1000 chunks/],
    [
      'a profile of a TIFF file',
      {
        name: 'bomb.tif',
        bytes: buildTiff([tiffPage(8, 8, Buffer.alloc(64), { 34675: Buffer.alloc(9e6) })]),
      },
      /its colour profile has 9000000 bytes/,
    ],
  ])('is refused by name: %s', async (_, bomb, message) => {
    for (const operation of [imageMetadata, imageTransform])
      await expect(runOperation(operation, { assets: [bomb] })).rejects.toMatchObject({
        code: 'asset_metadata_too_large',
        message: expect.stringMatching(message),
        details: { asset: bomb.name },
      });
  });

  test('of usual size is accepted', async () => {
    const chunks = [compressedText(1e6), international(1e6), text(1e6)];
    const { data } = await runOperation(imageMetadata, { assets: [png(...chunks)] });
    expect(data).toMatchObject({ assets: [{ width: 8, height: 8 }] });
  });
});

test('a picture that exceeds its memory limit fails alone', async () => {
  const progressive = await plain(8000, 8000, '#336699')
    .jpeg({ progressive: true, chromaSubsampling: '4:4:4' })
    .toBuffer();
  const small = { name: 'small.png', bytes: await plain(40, 30).png().toBuffer() };
  const pool = await startPictures({
    size: 1,
    limits: { memory: () => 250 * MIB, seconds: () => 600 },
  });
  try {
    const { files, failures } = await runOperation(imageTransform, {
      params: { width: 100, on_error: 'skip' },
      assets: [{ name: 'large.jpg', bytes: progressive }, small],
      pictures: pool.forTenant('ada'),
    });
    expect([...files.keys()]).toEqual(['small.png']);
    expect(failures).toMatchObject([
      {
        index: 0,
        error: {
          code: 'asset_too_demanding',
          message: 'Asset 0 ("large.jpg") needed more than 250 MiB of memory for 64 megapixels',
          retryable: false,
        },
      },
    ]);
  } finally {
    await pool.close();
  }
});

test('only the first of many frames is decoded', async () => {
  const [width, height, frames] = [2000, 1500, 300];
  const frame = await sharp({ create: { width, height, channels: 3, background: '#336699' } })
    .gif()
    .toBuffer();
  // Between the header with its colour table and the trailer.
  const start = 13 + 3 * 2 ** (((frame[10] ?? 0) & 7) + 1);
  const image = frame.subarray(start, -1);
  const bytes = Buffer.concat([frame.subarray(0, start), ...Array(frames).fill(image), frame.subarray(-1)]);
  const pool = await startPictures({ size: 1, limits: { memory: () => 250 * MIB, seconds: () => 600 } });
  try {
    const { files } = await runOperation(imageTransform, {
      params: { width: 20 },
      assets: [{ name: 'frames.gif', bytes }],
      pictures: pool.forTenant('ada'),
    });
    expect(await sharp(files.get('frames.png')).metadata()).toMatchObject({ width: 20, height: 15 });
  } finally {
    await pool.close();
  }
});
