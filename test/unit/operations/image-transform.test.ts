import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import { createRegistry } from '../../../operations/registry.ts';
import { operationContract } from '../../contracts/operation.ts';
import { photo } from '../../support/photos.ts';
import { noise, plain, pngBomb, quarters, quartersOf } from '../../support/pictures.ts';
import { type Outcome, runOperation, type TestAsset } from '../../support/run-operation.ts';
import { transformOne as one } from '../../support/transform-one.ts';

const chelsea = { name: 'chelsea.jpg', bytes: await photo('chelsea.jpg') };
const coffee = { name: 'coffee.jpg', bytes: await photo('coffee.jpg') };

operationContract(
  imageTransform,
  {
    title: 'thumbnails',
    params: { width: 64, format: 'webp' },
    assets: [chelsea, coffee],
    unusable: { name: 'page.jpg', bytes: '<!doctype html><html></html>' },
  },
  {
    title: 'without any parameter',
    params: {},
    assets: [chelsea],
    unusable: { name: 'cut.jpg', bytes: chelsea.bytes.subarray(0, chelsea.bytes.length >> 1) },
  },
  {
    title: 'more assets than one batch, all of one name',
    params: { width: 8, height: 8, fit: 'cover', format: 'png' },
    assets: Array.from({ length: 18 }, () => chelsea),
    unusable: { name: 'bomb.png', bytes: pngBomb(30_000, 30_000) },
  },
);

const transform = (params: Record<string, unknown>, ...assets: TestAsset[]): Promise<Outcome> =>
  runOperation(imageTransform, { params, assets });

describe('orientation', () => {
  const upright = ['red', 'green', 'blue', 'white'];
  // What a viewer shows of a picture that is stored as above and says that it is turned (EXIF 2.3, tag 274).
  const stored: readonly [number, string[]][] = [
    [1, upright],
    [2, ['green', 'red', 'white', 'blue']],
    [3, ['white', 'blue', 'green', 'red']],
    [4, ['blue', 'white', 'red', 'green']],
    [5, ['red', 'blue', 'green', 'white']],
    [6, ['blue', 'red', 'white', 'green']],
    [7, ['white', 'green', 'blue', 'red']],
    [8, ['green', 'white', 'red', 'blue']],
  ];

  test.each(stored)('%i of EXIF is applied, with and without metadata', async (orientation, shown) => {
    const bytes = await quarters().jpeg({ quality: 100 }).withMetadata({ orientation }).toBuffer();
    for (const metadata of ['strip', 'keep']) {
      const result = await one({ metadata, format: 'png' }, bytes);
      expect(await quartersOf(result.bytes)).toEqual(shown);
      expect(result.metadata).toMatchObject(
        orientation >= 5 ? { width: 40, height: 80 } : { width: 80, height: 40 },
      );
      expect(result.metadata.orientation ?? 1).toBe(1);
    }
  });

  test.each([
    [0, upright, [40, 20]],
    [90, ['blue', 'red', 'white', 'green'], [40, 80]],
    [180, ['white', 'blue', 'green', 'red'], [40, 20]],
    [270, ['green', 'white', 'red', 'blue'], [40, 80]],
  ])(
    'with a rotation of %i degrees, width and height are those of the result',
    async (rotate, shown, [width, height]) => {
      const result = await one({ rotate, width: 40, format: 'png' }, await quarters().png().toBuffer());
      expect(await quartersOf(result.bytes)).toEqual(shown);
      expect(result.metadata).toMatchObject({ width, height });
    },
  );

  test('is applied before rotation', async () => {
    const bytes = await quarters().jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer();
    const result = await one({ rotate: 270, format: 'png' }, bytes);
    expect(await quartersOf(result.bytes)).toEqual(upright);
  });
});

describe('size', () => {
  const side = fc.integer({ min: 1, max: 120 });
  const box = fc.record({
    source: fc.tuple(side, side),
    width: fc.option(side, { nil: undefined }),
    height: fc.option(side, { nil: undefined }),
    fit: fc.constantFrom('inside', 'outside', 'cover', 'contain', 'fill'),
    enlarge: fc.boolean(),
    rotate: fc.constantFrom(0, 90, 180, 270),
  });

  test('is as documented for each fit', async () => {
    await fc.assert(
      fc.asyncProperty(box, async ({ source, ...params }) => {
        const asked = JSON.parse(JSON.stringify({ ...params, format: 'png' }));
        const bytes = await plain(source[0], source[1]).png({ compressionLevel: 0 }).toBuffer();
        const { width: w, height: h } = (await one(asked, bytes)).metadata;
        const [sourceW, sourceH] = params.rotate % 180 === 0 ? source : [source[1], source[0]];
        const { width, height, fit, enlarge } = params;
        const boxed = width !== undefined && height !== undefined;

        if (!enlarge && !(boxed && fit === 'contain')) {
          expect(w).toBeLessThanOrEqual(sourceW);
          expect(h).toBeLessThanOrEqual(sourceH);
        }
        if (!boxed) {
          if (width !== undefined) expect(w).toBe(enlarge ? width : Math.min(width, sourceW));
          if (height !== undefined) expect(h).toBe(enlarge ? height : Math.min(height, sourceH));
          if (width === undefined && height === undefined) expect([w, h]).toEqual([sourceW, sourceH]);
        } else if (fit === 'contain') {
          expect([w, h]).toEqual([width, height]);
        } else if (fit === 'cover' || fit === 'fill') {
          const exact = enlarge ? [width, height] : [Math.min(width, sourceW), Math.min(height, sourceH)];
          expect([w, h]).toEqual(exact);
        } else if (fit === 'inside') {
          expect(w <= width && h <= height).toBe(true);
          if (enlarge) expect(w === width || h === height).toBe(true);
        } else if (enlarge || (sourceW >= width && sourceH >= height)) {
          expect(w >= width && h >= height).toBe(true);
          expect(w === width || h === height).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ['left', ['red', 'red', 'blue', 'blue']],
    ['right', ['green', 'green', 'white', 'white']],
    ['center', ['red', 'green', 'blue', 'white']],
  ])('cover keeps the %s', async (position, shown) => {
    const params = { width: 40, height: 40, fit: 'cover', position, format: 'png' };
    expect(await quartersOf((await one(params, await quarters().png().toBuffer())).bytes)).toEqual(shown);
  });

  test.each([
    [
      'a strip that would become a billion pixels',
      2,
      16_000,
      { width: 16_384, enlarge: true },
      /is|would become 16384/,
    ],
    [
      'more than WebP holds',
      100,
      10,
      { width: 16_384, enlarge: true, format: 'webp' },
      /16383 pixels a side of webp/,
    ],
  ])('%s is rejected before any work', async (_, width, height, params, words) => {
    const running = one(params, await plain(width, height).png().toBuffer());
    await expect(running).rejects.toMatchObject({
      code: 'operation_failed',
      message: expect.stringMatching(words),
    });
  });
});

describe('many assets', () => {
  test('a damaged asset is reported by name, and the others have results', async () => {
    const cut = { name: 'cut.png', bytes: (await noise(200, 200).png().toBuffer()).subarray(0, 60_000) };
    const outcome = await transform({ width: 20, on_error: 'skip' }, chelsea, cut, coffee);
    expect([...outcome.files.keys()]).toEqual(['chelsea.jpg', 'coffee.jpg']);
    expect(outcome.failures).toMatchObject([{ index: 1, name: 'cut.png', error: { code: 'asset_corrupt' } }]);
    await expect(transform({ width: 20 }, chelsea, cut, coffee)).rejects.toMatchObject({
      code: 'asset_corrupt',
      message: 'Asset 1 ("cut.png") is damaged: it ends too early, as if it had been cut off on its way',
    });
  });

  test('processes no other asset after it is cancelled', async () => {
    const abort = new AbortController();
    const seen: (string | undefined)[] = [];
    const running = runOperation(imageTransform, {
      params: { width: 20 },
      assets: [chelsea, coffee, chelsea],
      signal: abort.signal,
      onProgress: ({ detail }) => {
        seen.push(detail);
        if (detail === 'coffee.jpg') abort.abort(new Error('enough'));
      },
    });
    await expect(running).rejects.toThrow('enough');
    expect(seen).toEqual(['chelsea.jpg', 'coffee.jpg']);
  });
});

describe('parameters', () => {
  const parse = (params: Record<string, unknown>) =>
    createRegistry([imageTransform]).find('image.transform')?.parse(params);

  test.each<[string, unknown]>([
    ...[0, -1, 16_385, 1.5, '100'].map((value): [string, unknown] => ['width', value]),
    ['height', 0],
    ['fit', 'crop'],
    ['position', 'attention'],
    ['enlarge', 'yes'],
    ...['white', 'fff', '#ffff', '#ggg', '#ffffff '].map((value): [string, unknown] => ['background', value]),
    ['rotate', 361],
    ['rotate', '90'],
    ['format', 'bmp'],
    ['quality', 0],
    ['quality', 101],
    ['metadata', true],
    ['on_error', 'ignore'],
    ['widht', 100],
  ])('rejects %s = %j', (name, value) => {
    expect(parse({ [name]: value })).toMatchObject({ ok: false, errors: [{ pointer: `/${name}` }] });
  });

  test('have defaults', () => {
    expect(parse({})).toEqual({
      ok: true,
      params: {
        fit: 'inside',
        position: 'center',
        enlarge: false,
        background: '#ffffff',
        flatten: false,
        frames: 'first',
        rotate: 0,
        flip: false,
        flop: false,
        grayscale: false,
        progressive: false,
        lossless: false,
        page: 0,
        palette: false,
        format: 'keep',
        metadata: 'strip',
        on_error: 'fail',
        on_damaged: 'fail',
      },
    });
  });
});
