/** Camera raw files, written tag by tag as cameras do: sensor data, and a JPEG preview. */
import { describe, expect, test } from 'vitest';
import { imageMetadata } from '../../../operations/image-metadata/index.ts';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import type { Operation } from '../../../operations/operation.ts';
import { decode, plain, quarters, quartersOf } from '../../support/pictures.ts';
import { runOperation } from '../../support/run-operation.ts';
import { buildTiff, type TiffPage, tiffPage } from '../../support/tiff.ts';

const run = (operation: unknown, bytes: Buffer, params = {}) =>
  runOperation(operation as Operation, { params, assets: [{ name: 'a.nef', bytes }] });

const thumbnail = (tags = {}): TiffPage => tiffPage(16, 12, Buffer.alloc(16 * 12 * 3), { 254: [1], ...tags });
const sensor = tiffPage(168, 84, Buffer.alloc(168 * 84), { 262: [32_803], 254: [0] });
const preview = (jpeg: Buffer): TiffPage => ({
  tags: { 254: [1], 259: [6] },
  data: { bytes: jpeg, at: 513, length: 514 },
});

const exposure: TiffPage = {
  tags: { 34855: [400], 36867: '2024:05:06 07:08:09', 37500: Buffer.alloc(2000) },
};

describe('a camera raw file with a full-size preview', () => {
  test.each<[string, string, (jpeg: Buffer) => Buffer]>([
    [
      'Nikon NEF',
      'image/x-nikon-nef',
      (jpeg) =>
        buildTiff([
          { ...thumbnail({ 271: 'NIKON', 274: [6] }), children: [preview(jpeg), sensor], exif: exposure },
        ]),
    ],
    [
      'DNG',
      'image/x-adobe-dng',
      (jpeg) => {
        const tags = { 271: 'Any', 274: [6], 50706: Buffer.from([1, 4, 0, 0]) };
        const strip: TiffPage = { tags: { 254: [1], 259: [7], 262: [6] }, strip: jpeg };
        return buildTiff([{ ...thumbnail(tags), children: [sensor, strip], exif: exposure }]);
      },
    ],
    [
      'Canon CR2',
      'image/x-canon-cr2',
      (jpeg) => {
        const full: TiffPage = { tags: { 259: [6], 271: 'Canon', 274: [6] }, strip: jpeg, exif: exposure };
        const raw = tiffPage(168, 84, Buffer.alloc(168 * 84), { 259: [6], 50752: [1, 84, 84] });
        return buildTiff([full, thumbnail(), raw]);
      },
    ],
  ])('%s is read by it, turned as the file says', async (kind, mediaType, build) => {
    const bytes = build(await quarters(160, 80).jpeg({ quality: 95 }).toBuffer());
    const { files, notes } = await run(imageTransform, bytes);
    const result = [...files.values()][0] ?? Buffer.alloc(0);
    expect(await decode(result)).toMatchObject({ width: 80, height: 160 });
    expect(await quartersOf(result)).toEqual(['blue', 'red', 'white', 'green']);
    expect(notes).toEqual([
      {
        code: 'camera_preview_used',
        message: `"a.nef" is a camera raw file (${kind}); its preview of 160 × 80 pixels was used`,
        asset: 0,
      },
    ]);
    const { data } = await run(imageMetadata, bytes);
    expect(data).toMatchObject({
      assets: [
        {
          media_type: mediaType,
          size: bytes.length,
          width: 80,
          height: 160,
          exif: { iso: 400, taken_at: '2024-05-06T07:08:09' },
        },
      ],
    });
  });
});

describe('a camera raw file without a full-size preview', () => {
  test.each([
    ['a small one', async () => preview(await plain(120, 60).jpeg().toBuffer())],
    ['a lossless one', async () => preview(Buffer.from('ffd8ffc3000b080050005001011100', 'hex'))],
    ['none', async () => thumbnail()],
  ])('is rejected with the name of its format: it has %s', async (_, make) => {
    const bytes = buildTiff([{ ...thumbnail({ 271: 'SONY' }), children: [await make(), sensor] }]);
    await expect(run(imageTransform, bytes)).rejects.toMatchObject({
      code: 'asset_not_an_image',
      message: expect.stringContaining('it is a camera raw file (Sony ARW)'),
    });
  });
});
