import { beforeAll, describe, expect, test } from 'vitest';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import {
  type ColourPicture,
  lacksPillow,
  makeColourPictures,
  measureColours,
  type Patch,
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

  test.each([
    [
      'float',
      /has floating-point numbers from 0 to 255, and only 0 to 1 can be shown; save it with 8 or 16 bits/,
    ],
    ['signed', /has signed numbers, whose black and white are unknown; save it with 8 or 16 bits/],
  ] as const)('%s numbers of unknown range are refused by what they are', async (kind, words) => {
    const assets = [{ name: 'scan.tif', bytes: unknownRange[kind] }];
    await expect(runOperation(imageTransform, { assets })).rejects.toMatchObject({
      code: 'asset_not_an_image',
      message: expect.stringMatching(words),
    });
  });
});
