/** HEIC pictures. */
import { describe, expect, test } from 'vitest';
import { imageGallery } from '../../../operations/image-gallery/index.ts';
import { imageMetadata } from '../../../operations/image-metadata/index.ts';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import { convertByLibheif, encodeHeic } from '../../support/heic.ts';
import { decode, noise, plain, quarters, quartersOf } from '../../support/pictures.ts';
import { runOperation } from '../../support/run-operation.ts';

/** Turns the box with the depth of the channels into one that rotates by quarter turns counter-clockwise. */
function rotate(heic: Buffer, turns: number): Buffer {
  const box = heic.indexOf('pixi');
  heic.write('irot', box, 'latin1');
  heic[box + 4] = turns;
  return heic;
}

/** Turns the box with the profile into one with code points of ITU-T H.273. */
function setColourCode(heic: Buffer, primaries: number, transfer: number): Buffer {
  const box = heic.indexOf('colrprof');
  heic.write('colrnclx', box, 'latin1');
  heic.set([0, primaries, 0, transfer, 0, 6, 0x80], box + 8);
  return heic;
}

const transform = async (bytes: Buffer, params = {}): Promise<Buffer> => {
  const { files } = await runOperation(imageTransform as never, {
    params,
    assets: [{ name: 'a.heic', bytes }],
  });
  return [...files.values()][0] ?? Buffer.alloc(0);
};

describe('a HEIC picture', () => {
  test('is converted, by default to JPEG', async () => {
    const bytes = await encodeHeic(quarters(160, 80));
    const { files } = await runOperation(imageTransform as never, { assets: [{ name: 'a.heic', bytes }] });
    expect([...files.keys()]).toEqual(['a.jpg']);
    expect(await quartersOf([...files.values()][0] ?? Buffer.alloc(0))).toEqual([
      'red',
      'green',
      'blue',
      'white',
    ]);
  });

  test('is rotated once', async () => {
    const bytes = rotate(await encodeHeic(quarters(160, 80).withMetadata({ orientation: 6 })), 3);
    for (const metadata of ['strip', 'keep']) {
      const png = await transform(bytes, { format: 'png', metadata });
      const { width, height } = await decode(png);
      expect([width, height]).toEqual([80, 160]);
      // A quarter turn clockwise of red and green above blue and white.
      expect(await quartersOf(png)).toEqual(['blue', 'red', 'white', 'green']);
    }
  });

  test('in Display P3 is converted to sRGB, by its profile or its code points', async () => {
    // LittleCMS: sRGB red is 234, 51, 35 in Display P3.
    const byProfile = await encodeHeic(plain(64, 64, '#ff0000').withIccProfile('p3'));
    const byCode = setColourCode(Buffer.from(byProfile), 12, 13);
    for (const bytes of [byProfile, byCode]) {
      const [r = 0, g = 0, b = 0] = (await decode(await transform(bytes, { format: 'png' }))).at(0.5, 0.5);
      expect(r).toBeGreaterThan(251);
      expect(Math.max(g, b)).toBeLessThan(12);
    }
    const srgb = setColourCode(Buffer.from(byProfile), 1, 13);
    expect((await decode(await transform(srgb, { format: 'png' }))).at(0.5, 0.5)[1]).toBeGreaterThan(45);
  });

  test('has the metadata of the original', async () => {
    const exif = { IFD0: { Make: 'Apple', Model: 'iPhone 15' } };
    const bytes = await encodeHeic(quarters(160, 80).withExif(exif));
    const { data } = await runOperation(imageMetadata as never, { assets: [{ name: 'a.heic', bytes }] });
    expect(data).toMatchObject({
      assets: [
        { media_type: 'image/heic', width: 160, height: 80, exif: { make: 'Apple', model: 'iPhone 15' } },
      ],
    });
  });

  test('keeps its original in a gallery', async () => {
    const bytes = await encodeHeic(quarters(160, 80));
    const { files } = await runOperation(imageGallery as never, {
      params: { originals: true },
      assets: [{ name: 'a.heic', bytes }],
    });
    expect(files.get('originals/00001-a.heic')).toEqual(bytes);
  });

  test('that is truncated is not completed', async () => {
    const bytes = await encodeHeic(quarters(160, 80));
    for (const part of [0.2, 0.6, 0.95])
      await expect(transform(bytes.subarray(0, Math.floor(bytes.length * part)))).rejects.toMatchObject({
        code: 'asset_corrupt',
      });
  });

  test('that is truncated is shown up to there if damage is accepted', async () => {
    const bytes = await encodeHeic(noise(512, 384));
    const assets = [{ name: 'a.heic', bytes: bytes.subarray(0, Math.floor(bytes.length * 0.6)) }];
    const params = { format: 'png', on_damaged: 'accept' };
    const { files, notes } = await runOperation(imageTransform as never, { params, assets });
    expect(notes).toEqual([
      {
        code: 'damage_accepted',
        message: expect.stringContaining('it ends too early, as if it had been cut off on its way; the part'),
        asset: 0,
      },
    ]);
    // heif-convert, of libheif, shows the whole file.
    const whole = await decode(convertByLibheif(bytes));
    const part = await decode([...files.values()][0] ?? Buffer.alloc(0));
    for (const x of [0.1, 0.5, 0.9])
      for (const [channel, value] of part.at(x, 0.2).entries())
        expect(Math.abs(value - (whole.at(x, 0.2)[channel] ?? 999))).toBeLessThan(24);
    expect(part.at(0.5, 0.95)).not.toEqual(whole.at(0.5, 0.95));
  });

  test('with high dynamic range is rejected as such', async () => {
    const bytes = setColourCode(await encodeHeic(quarters(160, 80).withIccProfile('p3')), 9, 16);
    await expect(transform(bytes)).rejects.toMatchObject({
      code: 'asset_not_an_image',
      message: expect.stringContaining('a HEIC picture with high dynamic range (PQ)'),
    });
  });
});
