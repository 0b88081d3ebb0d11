import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decode, noise, plain, quarters, quartersOf } from '../../support/pictures.ts';
import { transformOne as one } from '../../support/transform-one.ts';

describe('colour', () => {
  const seeThrough = () => plain(20, 20, '#ff000000').png().toBuffer();

  test.each([
    [{}, [255, 255, 255]],
    [{ background: '#00f' }, [0, 0, 255]],
    [{ background: '#00ff00' }, [0, 255, 0]],
  ])('transparent parts get the background in JPEG: %j', async (params, colour) => {
    const { bytes } = await one({ ...params, format: 'jpeg' }, await seeThrough());
    const { channels, at } = await decode(bytes);
    expect(channels).toBe(3);
    for (const [index, value] of at(0.5, 0.5).entries())
      expect(Math.abs(value - (colour[index] ?? 999))).toBeLessThan(4);
  });

  test.each(['png', 'webp', 'avif'])('%s stays transparent', async (format) => {
    const { channels, at } = await decode((await one({ format }, await seeThrough())).bytes);
    expect([channels, at(0.5, 0.5)[3]]).toEqual([4, 0]);
  });

  test('contain puts the picture on the background, which may be transparent', async () => {
    const params = { width: 40, height: 40, fit: 'contain', format: 'png', background: '#0000ff00' };
    const { at } = await decode((await one(params, await quarters().png().toBuffer())).bytes);
    expect(at(0.5, 0.05)).toEqual([0, 0, 255, 0]);
    expect(at(0.2, 0.4)).toEqual([255, 0, 0, 255]);
  });

  test('Display P3 becomes sRGB when metadata are stripped, and stays with its profile when they are kept', async () => {
    // What is stored for the red of sRGB in Display P3 is (234, 51, 34).
    const p3 = await plain(20, 20, '#ff0000').withIccProfile('p3').png().toBuffer();
    const storedIn = async (bytes: Uint8Array) =>
      [...(await sharp(bytes, { ignoreIcc: true }).raw().toBuffer())].slice(0, 3);
    expect(await storedIn(p3)).toEqual([234, 51, 34]);

    const stripped = await one({}, p3);
    expect(stripped.metadata.icc).toBeUndefined();
    expect(await storedIn(stripped.bytes)).toEqual([255, 0, 0]);
    const kept = await one({ metadata: 'keep' }, p3);
    expect(kept.metadata.icc).toEqual((await sharp(p3).metadata()).icc);
    expect(await storedIn(kept.bytes)).toEqual([234, 51, 34]);
  });

  test.each(['strip', 'keep'])('CMYK becomes RGB of about the same colour (%s)', async (metadata) => {
    const cmyk = await plain(20, 20).toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    for (const format of ['keep', 'png', 'webp', 'avif']) {
      const result = await one({ format, metadata }, cmyk);
      expect(result.metadata).toMatchObject({ space: 'srgb', channels: 3 });
      const [red = 0, green = 0, blue = 0] = (await decode(result.bytes)).at(0.5, 0.5);
      expect(Math.hypot(red - 200, green - 50, blue - 20)).toBeLessThan(12);
    }
  });

  test.each(['keep', 'jpeg', 'webp', 'avif'])('16 bits a channel become 8 (%s)', async (format) => {
    const deep = await plain(20, 20).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    const result = await one({ format }, deep);
    expect(result.metadata.depth).toBe('uchar');
    const [red = 0, green = 0, blue = 0] = (await decode(result.bytes)).at(0.5, 0.5);
    expect(Math.hypot(red - 200, green - 50, blue - 20)).toBeLessThan(8);
  });

  test('EXIF is removed or kept', async () => {
    const bytes = await plain(20, 20)
      .jpeg()
      .withExif({ IFD0: { Copyright: 'Ada' } })
      .toBuffer();
    expect((await one({}, bytes)).metadata.exif).toBeUndefined();
    for (const format of ['jpeg', 'png', 'webp', 'avif']) {
      expect((await one({ metadata: 'keep', format }, bytes)).metadata.exif?.toString('latin1')).toContain(
        'Ada',
      );
    }
  });
});

describe('formats and names', () => {
  test.each([
    ['jpeg', 'jpeg', '.jpg'],
    ['png', 'png', '.png'],
    ['webp', 'webp', '.webp'],
    ['avif', 'heif', '.avif'],
  ] as const)('%s decodes back to the same picture', async (format, decoder, extension) => {
    const result = await one({ format, quality: 95 }, await quarters().png().toBuffer(), 'a.b.PNG');
    expect(result.name).toBe(`a.b${extension}`);
    expect(result.metadata.format).toBe(decoder);
    expect(await quartersOf(result.bytes)).toEqual(['red', 'green', 'blue', 'white']);
  });

  test.each([
    ['jpeg', 'jpeg'],
    ['png', 'png'],
    ['webp', 'webp'],
    ['avif', 'heif'],
    ['gif', 'png'],
    ['tiff', 'png'],
  ] as const)('keep: %s becomes %s', async (format, decoder) => {
    const result = await one({}, await quarters().toFormat(format).toBuffer(), 'no-extension');
    expect(result.metadata.format).toBe(decoder);
  });

  test('uses the first frame of an animation', async () => {
    const frames = await Promise.all(
      ['#ff0000', '#0000ff'].map((colour) => plain(20, 20, colour).png().toBuffer()),
    );
    const animation = await sharp(frames, { join: { animated: true } })
      .gif({ delay: [100, 100] })
      .toBuffer();
    expect((await sharp(animation).metadata()).pages).toBe(2);
    const result = await one({ format: 'webp' }, animation);
    expect(result.metadata).toMatchObject({ width: 20, height: 20 });
    expect(result.metadata.pages ?? 1).toBe(1);
    expect(await quartersOf(result.bytes)).toEqual(['red', 'red', 'red', 'red']);
  });

  test.each(['jpeg', 'webp', 'avif'])(
    '%s is smaller with lower quality; the default is 80 or 50',
    async (format) => {
      const bytes = await noise(100, 100).png().toBuffer();
      const sizes = await Promise.all(
        [10, 50, 80, 100].map(async (quality) => (await one({ format, quality }, bytes)).bytes.length),
      );
      expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
      expect(new Set(sizes).size).toBe(4);
      expect((await one({ format }, bytes)).bytes.length).toBe(sizes[format === 'avif' ? 1 : 2]);
    },
  );

  test('PNG is lossless with any quality', async () => {
    const source = noise(50, 50);
    const pixels = await sharp(await source.png().toBuffer())
      .raw()
      .toBuffer();
    const bytes = await sharp(pixels, { raw: { width: 50, height: 50, channels: 3 } })
      .png()
      .toBuffer();
    const result = await one({ quality: 1 }, bytes);
    expect(await sharp(result.bytes).raw().toBuffer()).toEqual(pixels);
  });
});
