/** Options of image.transform beside the resize, compared with what Pillow makes of the same pictures. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import { createRegistry } from '../../../operations/registry.ts';
import { lacksPillow } from '../../support/colour-reference.ts';
import { photo } from '../../support/photos.ts';
import { noise, plain, quarters } from '../../support/pictures.ts';
import { transformOne as one } from '../../support/transform-one.ts';
import { computeByPillow, type Reference } from '../../support/transform-reference.ts';

const chelsea = await sharp(await photo('chelsea.jpg'))
  .resize(451, 300, { fit: 'fill' })
  .png()
  .toBuffer();
/** Stored lying on its side. */
const turned = await sharp(chelsea)
  .rotate(-90)
  .withExif({ IFD0: { Make: 'Acme' } })
  .withMetadata({ orientation: 6 })
  .png()
  .toBuffer();
const bordered = await sharp(chelsea)
  .extend({ top: 20, bottom: 7, left: 11, right: 30, background: '#123456' })
  .png()
  .toBuffer();
const translucent = await quarters()
  .composite([{ input: await plain(80, 40, '#00000080').png().toBuffer(), blend: 'dest-in' }])
  .png()
  .toBuffer();

const transform = async (params: Record<string, unknown>, bytes: Buffer): Promise<Buffer> =>
  (await one({ format: 'png', ...params }, bytes)).bytes;

/** Returns the mean difference of samples, 0 to 255; infinite for another size. */
function difference({ size, mode, pixels }: Reference, other: Reference): number {
  if (!pixels || !other.pixels || mode !== other.mode || String(size) !== String(other.size)) return Infinity;
  return (
    pixels.reduce((sum, sample, index) => sum + Math.abs(sample - (other.pixels?.[index] ?? 0)), 0) /
    pixels.length
  );
}

interface Case {
  readonly title: string;
  readonly params: Record<string, unknown>;
  readonly bytes: Buffer;
  /** A Python expression for the result. */
  readonly code: string;
  /** Default: equal. */
  readonly limit?: number;
}

const cases: readonly Case[] = [
  {
    title: 'crop',
    params: { crop: { left: 50, top: 40, width: 300, height: 111 } },
    bytes: chelsea,
    code: 'image.crop((50, 40, 350, 151))',
  },
  {
    title: 'crop of the upright picture',
    params: { crop: { left: 50, top: 40, width: 300, height: 111 } },
    bytes: turned,
    code: 'image.crop((50, 40, 350, 151))',
  },
  {
    title: 'crop, then resize',
    params: { crop: { left: 50, top: 40, width: 300, height: 200 }, width: 150 },
    bytes: chelsea,
    code: 'image.crop((50, 40, 350, 240)).resize((150, 100), Image.Resampling.LANCZOS)',
    limit: 1.5,
  },
  {
    title: 'crop, quarter turn and mirrors',
    params: { crop: { left: 50, top: 40, width: 300, height: 111 }, rotate: 90, flip: true, flop: true },
    bytes: turned,
    code: 'ImageOps.mirror(ImageOps.flip(image.crop((50, 40, 350, 151)).transpose(Image.Transpose.ROTATE_270)))',
  },
  { title: 'flip', params: { flip: true }, bytes: turned, code: 'ImageOps.flip(image)' },
  { title: 'flop', params: { flop: true }, bytes: chelsea, code: 'ImageOps.mirror(image)' },
  {
    title: 'quarter turn backwards',
    params: { rotate: -90 },
    bytes: turned,
    code: 'image.transpose(Image.Transpose.ROTATE_90)',
  },
  {
    title: 'quarter turn, then mirror',
    params: { rotate: 90, flop: true },
    bytes: chelsea,
    code: 'ImageOps.mirror(image.transpose(Image.Transpose.ROTATE_270))',
  },
  {
    title: 'trim',
    params: { trim: 10 },
    bytes: bordered,
    code: 'image.crop((11, 20, image.width - 30, image.height - 7))',
  },
  {
    title: 'trim, then resize',
    params: { trim: 10, width: 100, height: 100, fit: 'fill' },
    bytes: bordered,
    code: 'image.crop((11, 20, image.width - 30, image.height - 7)).resize((100, 100), Image.Resampling.LANCZOS)',
    limit: 1.5,
  },
  { title: 'grayscale', params: { grayscale: true }, bytes: chelsea, code: 'luminance(image)', limit: 1 },
  {
    title: 'blur',
    params: { blur: 3 },
    bytes: chelsea,
    code: 'image.filter(ImageFilter.GaussianBlur(3))',
    // Pillow approximates a Gaussian by boxes.
    limit: 2,
  },
  {
    title: 'flatten',
    params: { flatten: true, background: '#ff8000' },
    bytes: translucent,
    code: 'over(image, "#ff8000")',
    limit: 0.6,
  },
  ...(
    [
      ['top-left', { width: 200, height: 300 }, '(0, 0, 200, 300)'],
      ['top-right', { width: 200, height: 300 }, '(image.width - 200, 0, image.width, 300)'],
      ['bottom-left', { width: 451, height: 100 }, '(0, 200, 451, 300)'],
      ['bottom-right', { width: 451, height: 100 }, '(0, 200, 451, 300)'],
    ] as const
  ).map(([position, box, rectangle]) => ({
    title: `position ${position}`,
    params: { ...box, fit: 'cover', position },
    bytes: chelsea,
    code: `image.crop(${rectangle})`,
  })),
  {
    title: 'focal point',
    params: { width: 200, height: 300, fit: 'cover', focal_point: { x: 0.6, y: 0 } },
    bytes: turned,
    code: 'image.crop((171, 0, 371, 300))',
  },
  {
    title: 'focal point at the edge',
    params: { width: 200, height: 300, fit: 'cover', focal_point: { x: 1, y: 1 } },
    bytes: chelsea,
    code: 'image.crop((251, 0, 451, 300))',
  },
  { title: 'lossless WebP', params: { format: 'webp', lossless: true }, bytes: chelsea, code: 'image' },
];

test.skipIf(lacksPillow)('results are those of Pillow', async () => {
  const results = await Promise.all(cases.map(({ params, bytes }) => transform(params, bytes)));
  const expected = computeByPillow(cases);
  const seen = computeByPillow(results.map((bytes) => ({ bytes, code: 'file' })));
  for (const [index, { title, limit = 0 }] of cases.entries()) {
    const [reference = {}, result = {}] = [expected[index], seen[index]];
    expect.soft(result.size, title).toEqual(reference.size);
    expect.soft(difference(reference, result), title).toBeLessThanOrEqual(limit);
  }
});

test.skipIf(lacksPillow)('any angle turns clockwise, and fills the corners', async () => {
  const result = await transform({ rotate: 30, background: '#00ff00' }, chelsea);
  const [seen, expected] = computeByPillow([
    { bytes: result, code: 'image.resize((64, 64), Image.Resampling.BOX)' },
    {
      bytes: chelsea,
      code: 'image.rotate(-30, Image.Resampling.BICUBIC, expand=True, fillcolor="#00ff00").resize((64, 64), Image.Resampling.BOX)',
    },
  ]);
  expect(difference(seen ?? {}, expected ?? {})).toBeLessThan(4);
  const corners = computeByPillow([{ bytes: result, code: '[image.size, image.getpixel((2, 2))]' }]);
  const [size, corner] = corners.map(({ value }) => value)[0] as [number[], number[]];
  // 451 × 300, turned by 30°.
  expect(Math.abs((size[0] ?? 0) - (451 * Math.cos(Math.PI / 6) + 150))).toBeLessThan(2);
  expect(Math.abs((size[1] ?? 0) - (225.5 + 300 * Math.cos(Math.PI / 6)))).toBeLessThan(2);
  expect(corner).toEqual([0, 255, 0]);
});

describe.skipIf(lacksPillow)('colours', () => {
  const lab = async (params: Record<string, unknown>, bytes: Buffer): Promise<number[]> =>
    computeByPillow([{ bytes: await transform(params, bytes), code: 'lab(image)' }])[0]?.value as number[];
  const muted = plain(32, 32, '#9a6a5c').png().toBuffer();

  test('brightness multiplies lightness, saturation multiplies chroma', async () => {
    const bytes = await muted;
    const [l = 0, a = 0, b = 0] = await lab({}, bytes);
    const [brighter] = await lab({ brightness: 1.2 }, bytes);
    expect(Math.abs((brighter ?? 0) - 1.2 * l)).toBeLessThan(1.5);
    const [same = 0, redder = 0, yellower = 0] = await lab({ saturation: 1.4 }, bytes);
    expect(Math.abs(same - l)).toBeLessThan(1.5);
    expect(Math.abs(Math.hypot(redder, yellower) - 1.4 * Math.hypot(a, b))).toBeLessThan(1.5);
  });

  test('tint keeps lightness, and sets hue', async () => {
    const bytes = await muted;
    const tint = await plain(32, 32, '#704214').png().toBuffer();
    const [[l = 0] = [], [, a = 0, b = 0] = []] = [await lab({}, bytes), await lab({}, tint)];
    const [same = 0, red = 0, yellow = 0] = await lab({ tint: '#704214' }, bytes);
    expect(Math.abs(same - l)).toBeLessThan(2);
    expect(Math.abs(Math.atan2(yellow, red) - Math.atan2(b, a))).toBeLessThan(0.1);
  });

  test('grey results of pictures with a profile are in sRGB', async () => {
    const p3 = await sharp(chelsea).withIccProfile('p3').png().toBuffer();
    const result = await transform({ grayscale: true, metadata: 'keep' }, p3);
    const [seen, expected] = computeByPillow([
      { bytes: result, code: 'image.convert("RGB")' },
      { bytes: chelsea, code: 'luminance(image)' },
    ]);
    expect(difference(seen ?? {}, expected ?? {})).toBeLessThan(1.5);
  });
});

test.skipIf(lacksPillow)('sharpen strengthens edges, and keeps colours', async () => {
  const [before, after] = computeByPillow(
    [chelsea, await transform({ sharpen: 1 }, chelsea)].map((bytes) => ({
      bytes,
      code: '[edges(image), lab(image)]',
    })),
  ).map(({ value }) => value as [number, number[]]);
  expect(after?.[0]).toBeGreaterThan(1.2 * (before?.[0] ?? 0));
  expect(Math.abs((after?.[1][0] ?? 0) - (before?.[1][0] ?? 99))).toBeLessThan(1);
});

test('attention finds the saturated part, entropy the part with detail', async () => {
  const spot = await plain(300, 100, '#808080')
    .composite([{ input: await plain(40, 40, '#ff2010').png().toBuffer(), left: 240, top: 30 }])
    .png()
    .toBuffer();
  const busy = await plain(300, 100, '#808080')
    .composite([{ input: await noise(80, 100).png().toBuffer(), left: 210, top: 0 }])
    .png()
    .toBuffer();
  for (const [position, bytes] of [
    ['attention', spot],
    ['entropy', busy],
  ] as const) {
    const result = await transform({ width: 100, height: 100, fit: 'cover', position }, bytes);
    const { channels } = await sharp(result).stats();
    const { channels: middle } = await sharp(
      await transform({ width: 100, height: 100, fit: 'cover' }, bytes),
    ).stats();
    expect(channels[0]?.stdev).toBeGreaterThan(10);
    expect(middle[0]?.stdev).toBeLessThan(1);
  }
});

describe.skipIf(lacksPillow)('encoding', () => {
  test('progressive, chroma subsampling and palette', async () => {
    const requests = await Promise.all(
      (
        [
          [
            { format: 'jpeg', progressive: true },
            '[bool(file.info.get("progressive")), JpegImagePlugin.get_sampling(file)]',
          ],
          [
            { format: 'jpeg', chroma_subsampling: '4:4:4' },
            '[bool(file.info.get("progressive")), JpegImagePlugin.get_sampling(file)]',
          ],
          [{ progressive: true }, 'file.info.get("interlace")'],
          [{ palette: true }, 'file.mode'],
        ] as const
      ).map(async ([params, code]) => ({ bytes: await transform(params, chelsea), code })),
    );
    // 0: 4:4:4, 2: 4:2:0.
    expect(computeByPillow(requests).map(({ value }) => value)).toEqual([[true, 2], [false, 0], 1, 'P']);
  });

  test.each(['jpeg', 'webp', 'avif'])(
    'max_bytes finds the highest quality of %s that fits',
    async (format) => {
      const limit = 4000;
      const params = { format, width: 160 };
      const size = async (more: object) => (await transform({ ...params, ...more }, chelsea)).length;
      const limited = await transform({ ...params, quality: 95, max_bytes: limit }, chelsea);
      expect(limited.length).toBeLessThanOrEqual(limit);
      expect(await size({ quality: 95 })).toBeGreaterThan(limit);
      const sizes = await Promise.all(
        Array.from({ length: 95 }, (_, index) => index + 1)
          .filter((quality) => quality % 10 === 0)
          .map((quality) => size({ quality })),
      );
      const best = Math.max(...sizes.filter((bytes) => bytes <= limit));
      expect(limited.length).toBeGreaterThanOrEqual(best);
      expect(await size({ quality: 30, max_bytes: 1e6 })).toBe(await size({ quality: 30 }));
    },
  );

  test('max_bytes: input never makes a result larger than the asset', async () => {
    const small = await sharp(chelsea).jpeg({ quality: 30 }).toBuffer();
    const params = { format: 'jpeg', quality: 90 };
    expect((await transform(params, small)).length).toBeGreaterThan(small.length);
    expect((await transform({ ...params, max_bytes: 'input' }, small)).length).toBeLessThanOrEqual(
      small.length,
    );
  });

  test('max_bytes that nothing fits into fails', async () => {
    for (const params of [{ format: 'jpeg' }, { format: 'png' }])
      await expect(transform({ ...params, max_bytes: 200 }, chelsea)).rejects.toMatchObject({
        code: 'operation_failed',
        message: expect.stringMatching(/has a result of \d+ bytes, more than 200; /),
      });
  });
});

test('a box outside the picture fails with its size', async () => {
  await expect(
    transform({ crop: { left: 400, top: 0, width: 52, height: 10 } }, chelsea),
  ).rejects.toMatchObject({
    code: 'operation_failed',
    message: 'Asset 0 ("picture.jpg") has 451 × 300 pixels, and the box to crop is not inside',
  });
});

test.each([
  [{ focal_point: { x: 0.5, y: 0.5 } }, '/focal_point'],
  [{ position: 'attention' }, '/position'],
  [{ position: 'entropy', fit: 'contain' }, '/position'],
  [{ format: 'jpeg', lossless: true }, '/lossless'],
  [{ crop: { left: -1, top: 0, width: 1, height: 1 } }, '/crop/left'],
  [{ tint: 'sepia' }, '/tint'],
  [{ blur: 0 }, '/blur'],
  [{ max_bytes: 'half' }, '/max_bytes'],
])('%j is refused by its field', (params, pointer) => {
  const parsed = createRegistry([imageTransform]).find('image.transform')?.parse(params);
  expect(parsed?.ok === false && parsed.errors.map((error) => error.pointer)).toContain(pointer);
});
