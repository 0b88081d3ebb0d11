/** Camera raw files, written tag by tag as cameras do: sensor data, and a JPEG preview. */
import { describe, expect, test } from 'vitest';
import { imageMetadata } from '../../../operations/image-metadata/index.ts';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import type { Operation } from '../../../operations/operation.ts';
import { lacksPillow, measureColours } from '../../support/colour-reference.ts';
import { decode, plain, quarters, quartersOf } from '../../support/pictures.ts';
import { runOperation } from '../../support/run-operation.ts';
import { buildTiff, type TiffPage, type TiffTags, tiffPage } from '../../support/tiff.ts';
import { computeByPillow } from '../../support/transform-reference.ts';

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

/** A DNG file with sensor data and a preview in a strip. */
const dngWith = (jpeg: Buffer, { main = {}, strip = {} } = {}): Buffer =>
  buildTiff([
    {
      ...thumbnail({ 271: 'Any', 50706: Buffer.from([1, 4, 0, 0]), ...main }),
      children: [sensor, { tags: { 254: [1], 259: [7], 262: [6], ...strip }, strip: jpeg }],
    },
  ]);

describe('the preview of a camera raw file', () => {
  const upright = ['red', 'green', 'blue', 'white'];
  const turned = ['blue', 'red', 'white', 'green'];
  // Pillow turns the embedded JPEG by its own EXIF data in the same way.
  test.each([
    ['its own EXIF data', { own: 6, main: { 274: [1] } }, turned],
    ['its own EXIF data, which says it is upright', { own: 1, main: { 274: [6] } }, upright],
    ['the file, with EXIF data of its own that does not say it', { own: 0, main: { 274: [6] } }, turned],
    ['its directory', { main: { 274: [1] }, strip: { 274: [6] } }, turned],
    ['the file', { main: { 274: [6] } }, turned],
  ] as [string, { own?: number; main: TiffTags; strip?: TiffTags }, string[]][])(
    'is turned by %s',
    async (_, { own, main, strip = {} }, expected) => {
      const bare = await quarters(160, 80).jpeg({ quality: 95 }).toBuffer();
      const exif = buildTiff([{ tags: own ? { 271: 'Any', 274: [own] } : { 271: 'Any' } }]);
      const segment = Buffer.concat([
        Buffer.from([0xff, 0xe1, 0, exif.length + 8]),
        Buffer.from('Exif\0\0'),
        exif,
      ]);
      const jpeg = own === undefined ? bare : Buffer.concat([bare.subarray(0, 2), segment, bare.subarray(2)]);
      const { files } = await run(imageTransform, dngWith(jpeg, { main, strip }));
      expect(await quartersOf([...files.values()][0] ?? Buffer.alloc(0))).toEqual(expected);
    },
  );

  test.skipIf(lacksPillow).each([
    ['Adobe RGB', 3],
    ['ProPhoto', 4],
    ['sRGB v2', 2],
  ])('in %s is converted to sRGB', async (name, space) => {
    const colour = '#b46446';
    const jpeg = await plain(160, 80, colour).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
    const { files } = await run(imageTransform, dngWith(jpeg, { strip: { 50970: [space] } }), {
      format: 'png',
    });
    const [result = Buffer.alloc(0)] = files.values();
    const code =
      '(cms := __import__("PIL.ImageCms").ImageCms, profiles := __import__("profiles"), list(cms.profileToProfile(' +
      `image.convert("RGB"), cms.ImageCmsProfile(__import__("io").BytesIO(profiles.RGB["${name}"])), ` +
      'cms.createProfile("sRGB")).getpixel((80, 40))))[2]';
    const [reference] = computeByPillow([{ bytes: jpeg, code }]);
    const [measure] = await measureColours([
      {
        bytes: result,
        patches: [{ box: [8, 8, 152, 72], colour: reference?.value as [number, number, number] }],
      },
    ]);
    expect(measure?.difference, `${reference?.value}`).toBeLessThan(1);
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
