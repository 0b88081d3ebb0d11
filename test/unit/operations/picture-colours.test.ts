import { beforeAll, describe, expect, test } from 'vitest';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import {
  type ColourPicture,
  lacksPillow,
  makeColourPictures,
  measureColours,
  type Patch,
  PICTURE_HEIGHT,
  PICTURE_WIDTH,
  type Rgb,
  stripePatches,
  toAsset,
} from '../../support/colour-reference.ts';
import { runOperation } from '../../support/run-operation.ts';

describe.skipIf(lacksPillow)('colours of results, compared with LittleCMS', () => {
  let pictures: readonly ColourPicture[];
  let unknownRange: Record<'float' | 'signed', Buffer>;
  beforeAll(async () => {
    ({ pictures, unknownRange } = await makeColourPictures());
  });

  /** Transforms all pictures, and returns one line for each result that differs from what LittleCMS shows. */
  async function transform(
    params: Record<string, unknown>,
    patchesOf: (picture: ColourPicture) => Patch[],
    chosen: readonly ColourPicture[] = pictures,
  ): Promise<string[]> {
    // Unusable pictures are reported together, so that one does not hide the others.
    const { files, failures } = await runOperation(imageTransform, {
      params: { on_error: 'skip', ...params },
      assets: chosen.map((picture, index) => ({ ...toAsset(picture), name: `${index}-${picture.file}` })),
    });
    const results = [...files].map(([name, bytes]) => {
      const picture = chosen[Number.parseInt(name, 10)];
      if (!picture) throw new Error(`${name} belongs to no picture`);
      return { picture, bytes, patches: patchesOf(picture) };
    });
    const measures = await measureColours(results);
    return [
      ...failures.map(({ name, error }) => `${name}: ${error.message}`),
      ...results.flatMap(({ picture }, index) => {
        const { difference, alpha, at, profile } = measures[index] ?? { difference: Number.NaN, alpha: 0 };
        const right = difference <= picture.limit && alpha <= 2;
        return right
          ? []
          : [`${picture.file}: ${difference?.toFixed(2)}, alpha ${alpha}, ${profile}, ${JSON.stringify(at)}`];
      }),
    ];
  }

  test('are sRGB in each format, depth, colour model and profile', async () => {
    expect(await transform({ format: 'png' }, stripePatches)).toEqual([]);
  });

  test('look the same when metadata is kept', async () => {
    expect(await transform({ format: 'png', metadata: 'keep' }, stripePatches)).toEqual([]);
  });

  /** Each way in which pictures are read. */
  const kinds = [
    'rgb8-no-profile.png',
    'rgb8-P3-v4.webp',
    'rgb8-Adobe-RGB.jpg',
    'rgb16-ProPhoto-alpha.png',
    'rgb16-linear-v4.tif',
    'grey8-no-profile.jpg',
    'grey8-no-profile-alpha.png',
    'grey8-grey-1.8-v4.tif',
    'grey16-grey-2.2-alpha.tif',
    'cmyk8.tif',
    'cmyk-adobe.jpg',
    'palette-4-p3.png',
    'float-rgb.tif',
    'orientation-6.jpg',
    'rgb-infrared-1.tif',
  ];
  const chosen = () => pictures.filter(({ file }) => kinds.includes(file));
  const opaque = () => chosen().filter(({ alpha }) => alpha === null);

  test.each(['jpeg', 'webp', 'avif'])('are right in %s, whether metadata is kept or not', async (format) => {
    const readable = format === 'jpeg' ? opaque() : chosen();
    for (const metadata of ['strip', 'keep'])
      expect(await transform({ format, quality: 100, metadata }, stripePatches, readable)).toEqual([]);
  });

  const TAN: Rgb = [200, 120, 40];
  const background = '#c87828';

  test.each([
    ['png', 'strip'],
    ['png', 'keep'],
    ['jpeg', 'strip'],
    ['jpeg', 'keep'],
  ])('of the padding are those that the client asked for: %s, %s', async (format, metadata) => {
    const box = { width: PICTURE_WIDTH, height: PICTURE_HEIGHT + 64, fit: 'contain' };
    const bars: Patch[] = [
      { box: [4, 4, 252, 28], colour: TAN },
      { box: [4, 100, 252, 124], colour: TAN },
    ];
    const readable = format === 'jpeg' ? opaque() : chosen();
    const patchesOf = (picture: ColourPicture) => [...bars, ...stripePatches(picture, { top: 32 })];
    const params = { ...box, format, quality: 100, metadata, background };
    expect(await transform(params, patchesOf, readable)).toEqual([]);
  });

  test('are blended with the background where JPEG has no transparency', async () => {
    const blend = ([r, g, b]: Rgb, alpha: number): Rgb => {
      const mix = (over: number, under: number) => (over * alpha + under * (255 - alpha)) / 255;
      return [mix(r, TAN[0]), mix(g, TAN[1]), mix(b, TAN[2])];
    };
    const patchesOf = (picture: ColourPicture) =>
      stripePatches(picture).map(({ box, colour, alpha = 255 }) => ({ box, colour: blend(colour, alpha) }));
    const transparent = pictures.filter(({ alpha }) => alpha !== null);
    const params = { format: 'jpeg', quality: 100, background };
    expect(await transform(params, patchesOf, transparent)).toEqual([]);
  });

  test('stay in the profile of an RGB picture that keeps its metadata, and are sRGB otherwise', async () => {
    const params = { metadata: 'keep', format: 'png' };
    const { files } = await runOperation(imageTransform, { params, assets: chosen().map(toAsset) });
    const measures = await measureColours([...files.values()].map((bytes) => ({ bytes, patches: [] })));
    expect(measures.map(({ profile }) => profile)).toEqual(
      chosen().map(({ own, profile }) => (own ? 'darkroom test' : profile ? 'sRGB' : null)),
    );
  });

  test.each([
    [
      'float',
      /has floating-point numbers from 0 to 255, and only 0 to 1 can be shown; save it with unsigned integers of 8 or 16 bits/,
    ],
    [
      'signed',
      /has signed numbers, whose black and white are unknown; save it with unsigned integers of 8 or 16 bits/,
    ],
  ] as const)('%s numbers of unknown range are rejected as such', async (kind, words) => {
    const assets = [{ name: 'scan.tif', bytes: unknownRange[kind] }];
    await expect(runOperation(imageTransform, { assets })).rejects.toMatchObject({
      code: 'asset_not_an_image',
      message: expect.stringMatching(words),
    });
  });
});
