/** The results, parameters and errors of poi_detection, run as a worker runs it. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { poiDetection } from '../../../operations/poi-detection/index.ts';
import { operationContract } from '../../contracts/operation.ts';
import { detectPoints } from '../../support/detect-points.ts';
import { photo } from '../../support/photos.ts';
import { decode, plain, pngBomb } from '../../support/pictures.ts';
import { runOperation, type TestAsset } from '../../support/run-operation.ts';
import { type Circle, slide } from '../../support/slides.ts';

const small = { name: 'small.png', bytes: (await slide({ width: 300, height: 240, nuclei: 20 })).png };

operationContract(
  poiDetection,
  {
    title: 'one slide',
    params: {},
    assets: [small],
  },
  {
    title: 'several slides, without overlays',
    params: { channel: 'haematoxylin', overlay: false },
    assets: [small, small],
    unusable: { name: 'page.png', bytes: '<!doctype html><html></html>' },
  },
);

/** Mean difference of the values of two pictures, 0 to 255. */
async function meanDifference(one: Buffer, other: TestAsset['bytes']): Promise<number> {
  const read = (bytes: Buffer) => sharp(bytes).removeAlpha().raw().toBuffer();
  const [a, b] = [await read(one), await read(other as Buffer)];
  expect(a.length).toBe(b.length);
  let sum = 0;
  for (const [at, value] of a.entries()) sum += Math.abs(value - (b[at] ?? 0));
  return sum / a.length;
}

interface Point extends Circle {
  readonly score: number;
  readonly channel: string;
}

interface Found {
  readonly image: Record<string, unknown>;
  readonly count: number;
  readonly points: readonly Point[];
  readonly truncated: boolean;
  readonly notes: readonly { readonly code: string }[];
  readonly method: { readonly thresholds: Record<string, number> } & Record<string, unknown>;
  readonly parameters: Record<string, unknown>;
}

const detect = async (bytes: Uint8Array, params: Record<string, unknown> = {}) => {
  const outcome = await runOperation(poiDetection, { params, assets: [{ name: 'slide.png', bytes }] });
  return { ...outcome, found: outcome.data as Found };
};

describe('the result', () => {
  test('of one slide has its points, the scale and the method', async () => {
    const { found, files } = await detect(small.bytes, { microns_per_pixel: 0.25, overlay: false });
    expect(found.image).toEqual({
      index: 0,
      name: 'slide.png',
      width: 300,
      height: 240,
      page: 0,
      subifd: null,
      microns_per_pixel: 0.25,
    });
    expect(found).toMatchObject({ truncated: false, notes: [], parameters: { min_radius: 4, tile: 1536 } });
    expect(found.method).toMatchObject({ stains: 'he', stain_certainty: 1, min_radius: 4, max_radius: 20 });
    expect(found.points).toHaveLength(found.count);
    expect([...files.keys()]).toEqual(['slide-points.csv', 'result.json']);
  });

  test('of several slides lists each, also when only one could be used', async () => {
    const empty = { name: 'empty.png', bytes: await plain(300, 200, '#ffffff').png().toBuffer() };
    const { data, files } = await runOperation(poiDetection, { assets: [small, empty, small] });
    const { assets, count } = data as { assets: Found[]; count: number };
    expect(assets.map(({ image }) => image)).toMatchObject([
      { index: 0, name: 'small.png', width: 300, height: 240 },
      { index: 1, name: 'empty.png', width: 300, height: 200 },
      { index: 2, name: 'small.png', width: 300, height: 240 },
    ]);
    expect(assets[1]).toMatchObject({
      count: 0,
      points: [],
      truncated: false,
      notes: [{ code: 'no_tissue' }],
    });
    expect(String(files.get('empty-points.csv'))).toBe('x,y,radius,score,channel\n');
    expect((await decode(files.get('empty-points.png') ?? Buffer.of())).width).toBe(300);
    expect(await meanDifference(files.get('small-slide.jpg') ?? Buffer.of(), small.bytes)).toBeLessThan(6);
    expect(assets[2]?.points).toEqual(assets[0]?.points);
    expect(count).toBe(2 * (assets[0]?.count ?? 0));
    expect([...files.keys()]).toEqual([
      'small-points.csv',
      'small-points.png',
      'small-slide.jpg',
      'empty-points.csv',
      'empty-points.png',
      'empty-slide.jpg',
      'small-points-2.csv',
      'small-points-2.png',
      'small-slide-2.jpg',
      'result.json',
    ]);

    const text = { name: 'text.png', bytes: 'a slide' };
    const skipped = await runOperation(poiDetection, {
      params: { overlay: false, on_error: 'skip' },
      assets: [text, small],
    });
    expect(skipped.data).toMatchObject({ assets: [{ image: { index: 1 }, count: assets[0]?.count }] });
  });

  test('has all points in the CSV file, and at most max_points in JSON', async () => {
    const { found, files } = await detect(small.bytes, { overlay: false, max_points: 5 });
    const all = await detectPoints(small.bytes);
    expect(found).toMatchObject({ count: all.found, truncated: true, points: all.points.slice(0, 5) });
    expect(String(files.get('slide-points.csv')).trim().split('\n')).toEqual([
      'x,y,radius,score,channel',
      ...all.points.map(({ x, y, radius, score, channel }) => [x, y, radius, score, channel].join(',')),
    ]);
  });
});

describe('parameters', () => {
  test('select by radius and score', async () => {
    const { png } = await slide({ seed: 15, width: 400, height: 400, nuclei: 60 });
    const all = await detectPoints(png);
    const large = await detectPoints(png, { min_radius: 8, max_radius: 14 });
    expect(large.found).toBeGreaterThan(10);
    expect(large.points.every(({ radius }) => radius >= 8 && radius <= 14)).toBe(true);
    const best = await detectPoints(png, { min_score: 0.6995 });
    expect(best.points).toEqual(all.points.filter(({ score }) => score >= 0.7));
    expect(best.found).toBeGreaterThan(10);
  });

  test('set the threshold, or the sensitivity', async () => {
    const { png } = await slide({ seed: 16, width: 400, height: 400, nuclei: 60, strength: [0.15, 0.9] });
    const counts = [];
    for (const sensitivity of [0, 0.5, 1]) counts.push((await detectPoints(png, { sensitivity })).found);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(new Set(counts).size).toBe(3);
    const { calibration, found } = await detectPoints(png, { threshold: 0.6 });
    expect(calibration.thresholds).toEqual({ haematoxylin: 0.6 });
    expect(found).toBeLessThan(counts[0] ?? 0);
  });

  test.each([
    [{ min_radius: 10, max_radius: 10 }, /must be greater than min_radius/],
    [{ min_radius_um: 5, max_radius_um: 5 }, /must be greater than min_radius_um/],
    [{ channel: 'eosin', stains: 'hdab' }, /is not one of the stains/],
    [{ channel: 'hematoxylin' }, /channel/],
  ])('that contradict each other are rejected: %j', async (params, message) => {
    await expect(detect(small.bytes, params)).rejects.toThrow(message);
  });
});

test('the overlay has a ring around each point, at the requested size', async () => {
  const { png, nuclei } = await slide({ seed: 17, width: 800, height: 400, nuclei: 8 });
  const { files } = await detect(png, { overlay_side: 400 });
  const { width, height, at } = await decode(files.get('slide-points.png') ?? Buffer.of());
  expect([width, height]).toEqual([400, 200]);
  for (const { x, y, radius } of nuclei) {
    const right = Array.from({ length: 5 }, (_, i) => at((x + radius + i - 2) / 800, y / 400));
    expect(right.some(([red = 0, , blue = 255]) => red > 180 && blue < 110)).toBe(true);
  }
});

test('the overlay is turned by the EXIF orientation', async () => {
  const stored = await sharp(small.bytes).withMetadata({ orientation: 6 }).png().toBuffer();
  const { files } = await detect(stored);
  const { width, height } = await sharp(files.get('slide-points.png')).metadata();
  expect([width, height]).toEqual([240, 300]);
});

describe('assets that cannot be used', () => {
  const cut = async () => (await photo('coffee.jpg')).subarray(0, 20_000);
  test.each([
    ['asset_corrupt', async () => ({ name: 'cut.jpg', bytes: await cut() })],
    ['asset_not_an_image', async () => ({ name: 'text.png', bytes: 'a slide' })],
    ['asset_too_many_pixels', async () => ({ name: 'bomb.png', bytes: pngBomb(40_000, 30_000) })],
  ] as const)('%s', async (code, make) => {
    const asset: TestAsset = await make();
    const run = runOperation(poiDetection, { assets: [asset] });
    await expect(run).rejects.toMatchObject({ code, details: { asset: asset.name, index: 0 } });
  });
});

test('a cancelled job stops the detection', async () => {
  const { png } = await slide({ seed: 18, width: 800, height: 600 });
  const control = new AbortController();
  const reason = new Error('The job was cancelled');
  const run = runOperation(poiDetection, {
    params: { tile: 256 },
    assets: [{ name: 'slide.png', bytes: png }],
    signal: control.signal,
    onProgress: ({ detail }) => {
      if (detail?.includes('tile 2 of')) control.abort(reason);
    },
  });
  await expect(run).rejects.toBe(reason);
});
