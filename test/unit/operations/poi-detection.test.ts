import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { poiDetection } from '../../../operations/poi-detection/index.ts';
import { operationContract } from '../../contracts/operation.ts';
import { photo } from '../../support/photos.ts';
import { decode, plain, pngBomb } from '../../support/pictures.ts';
import { runOperation, type TestAsset } from '../../support/run-operation.ts';
import { type Circle, matched, slide } from '../../support/slides.ts';

const small = { name: 'small.png', bytes: (await slide({ width: 300, height: 240, nuclei: 20 })).png };

operationContract(
  poiDetection,
  {
    title: 'one slide',
    params: {},
    assets: [small],
  },
  {
    title: 'several slides, without drawings',
    params: { channel: 'haematoxylin', overlay: false },
    assets: [small, small],
    unusable: { name: 'page.png', bytes: '<!doctype html><html></html>' },
  },
);

interface Point extends Circle {
  readonly score: number;
  readonly channel: string;
}

interface Found {
  readonly image: { readonly name: string; readonly width: number; readonly height: number };
  readonly count: number;
  readonly points: readonly Point[];
  readonly truncated: boolean;
  readonly method: { readonly stains: string; readonly thresholds: Record<string, number> };
  readonly parameters: Record<string, unknown>;
}

const detect = async (bytes: Uint8Array, params: Record<string, unknown> = {}) => {
  const outcome = await runOperation(poiDetection, { params, assets: [{ name: 'slide.png', bytes }] });
  return { ...outcome, found: outcome.data as Found };
};

const plainly = { overlay: false };

let once: ReturnType<typeof detect> | undefined;
const ofSmall = () => {
  once ??= detect(small.bytes, plainly);
  return once;
};

describe('what is found on slides with known nuclei', () => {
  test.each([
    ['H&E', { seed: 1 }, 0.97, 0.95],
    ['nuclei of very different strength', { seed: 5, strength: [0.25, 1.1] }, 0.97, 0.93],
    ['most of them touching', { seed: 7, touching: 0.8 }, 0.96, 0.93],
    ['uneven light and a noisy camera', { seed: 6, shade: 0.4, noise: 10 }, 0.97, 0.95],
    ['few of them', { seed: 8, nuclei: 40 }, 0.95, 0.92],
    ['small ones', { seed: 9, radius: [4.5, 7], nuclei: 500 }, 0.95, 0.91],
  ] as const)('%s', async (_, options, precision, recall) => {
    const { png, nuclei } = await slide(options);
    const { found } = await detect(png, plainly);
    const match = matched(found.points, nuclei);
    expect(match.precision).toBeGreaterThan(precision);
    expect(match.recall).toBeGreaterThan(recall);
    expect(match.offset).toBeLessThan(1.2);
    expect(match.radiusError).toBeLessThan(1.2);
    expect(found.method.stains).toBe('he');
    expect(new Set(found.points.map(({ channel }) => channel))).toEqual(new Set(['haematoxylin']));
  });

  test('H-DAB: blue and brown nuclei, each by its stain', async () => {
    const { png, nuclei } = await slide({ seed: 3, stains: 'hdab' });
    const { found } = await detect(png, plainly);
    expect(found.method.stains).toBe('hdab');
    for (const stain of ['haematoxylin', 'dab']) {
      const real = nuclei.filter((nucleus) => nucleus.stain === stain);
      const both = matched(
        found.points.filter(({ channel }) => channel === stain),
        real,
      );
      expect(both.precision, stain).toBeGreaterThan(0.95);
      expect(both.recall, stain).toBeGreaterThan(0.93);

      const alone = await detect(png, { ...plainly, channel: stain, stains: 'hdab' });
      expect(matched(alone.found.points, real).recall, stain).toBeGreaterThan(0.93);
    }
  });

  test.each([
    ['white', plain(400, 300, '#ffffff')],
    ['grey', plain(400, 300, '#e6e6e6')],
    ['a transparent one', plain(400, 300, '#00000000')],
    ['black', plain(400, 300, '#000000')],
  ])('nothing, on a slide without tissue: %s', async (_, picture) => {
    const { found, files } = await detect(await picture.png().toBuffer());
    expect(found).toMatchObject({ count: 0, points: [], truncated: false });
    expect(String(files.get('slide-points.csv'))).toBe('x,y,radius,score,channel\n');
    expect((await decode(files.get('slide-points.png') ?? Buffer.of())).width).toBe(400);
  });

  test('nothing in the noise of a camera', async () => {
    const { png } = await slide({ width: 500, height: 500, nuclei: 0, noise: 8 });
    expect((await detect(png, plainly)).found.count).toBeLessThan(3);
  });
});

describe('the same points', () => {
  test('whatever the size of the pieces, each once', async () => {
    const { png } = await slide({ seed: 11, width: 900, height: 700, nuclei: 250, touching: 0.6 });
    const whole = await detect(png, { ...plainly, tile: 2048 });
    for (const tile of [256, 700]) {
      const { found } = await detect(png, { ...plainly, tile });
      expect(found.points).toEqual(whole.found.points);
    }
    expect(whole.found.count).toBeGreaterThan(220);
  });

  test('however the slide is turned', async () => {
    const { png } = await slide({ seed: 12, width: 600, height: 500, nuclei: 120 });
    const { found } = await detect(png, plainly);
    for (const [angle, back] of [
      [90, ({ x, y }: Circle) => ({ x: y, y: 499 - x })],
      [180, ({ x, y }: Circle) => ({ x: 599 - x, y: 499 - y })],
    ] as const) {
      const turned = await detect(await sharp(png).rotate(angle).png().toBuffer(), plainly);
      const places = turned.found.points.map((point) => ({ ...point, ...back(point) }));
      const match = matched(places, found.points);
      expect(Math.min(match.precision, match.recall)).toBeGreaterThan(0.97);
      expect(match.offset).toBeLessThan(0.3);
    }
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'as a viewer shows it, with EXIF orientation %i',
    async (orientation) => {
      const stored = await sharp(small.bytes).withMetadata({ orientation }).png().toBuffer();
      const upright = await sharp(stored).autoOrient().png().toBuffer();
      const [as, wanted] = [await detect(stored), await detect(upright)];
      expect(as.found.image).toEqual(wanted.found.image);
      const match = matched(as.found.points, wanted.found.points);
      expect(Math.min(match.precision, match.recall)).toBeGreaterThan(0.92);
      expect(match.offset).toBeLessThan(0.3);
      const size = await sharp(as.files.get('slide-points.png')).metadata();
      expect([size.width, size.height]).toEqual([as.found.image.width, as.found.image.height]);
    },
  );

  test.each([
    ['JPEG', (picture: Sharp) => picture.jpeg({ quality: 95 })],
    ['progressive JPEG', (picture: Sharp) => picture.jpeg({ quality: 95, progressive: true })],
    ['TIFF in strips', (picture: Sharp) => picture.tiff({ compression: 'lzw' })],
    ['TIFF in tiles', (picture: Sharp) => picture.tiff({ tile: true, compression: 'deflate' })],
    ['a pyramid in BigTIFF', (picture: Sharp) => picture.tiff({ tile: true, pyramid: true, bigtiff: true })],
    ['lossless WebP', (picture: Sharp) => picture.webp({ lossless: true })],
    ['with transparency', (picture: Sharp) => picture.ensureAlpha().png()],
    ['16 bits', (picture: Sharp) => picture.toColourspace('rgb16').png()],
  ])('in every format: %s', async (_, save) => {
    const as = await detect(await save(sharp(small.bytes)).toBuffer(), { ...plainly, tile: 256 });
    const wanted = await ofSmall();
    const match = matched(as.found.points, wanted.found.points);
    expect(Math.min(match.precision, match.recall)).toBeGreaterThan(0.96);
  });
});

describe('several slides', () => {
  test('are told of each, also when only one of them could be used', async () => {
    const empty = { name: 'empty.png', bytes: await plain(300, 200, '#ffffff').png().toBuffer() };
    const { data, files } = await runOperation(poiDetection, { assets: [small, empty, small] });
    const { assets, count } = data as { assets: Found[]; count: number };
    expect(assets.map(({ image }) => image)).toEqual([
      { index: 0, name: 'small.png', width: 300, height: 240 },
      { index: 1, name: 'empty.png', width: 300, height: 200 },
      { index: 2, name: 'small.png', width: 300, height: 240 },
    ]);
    expect(assets[1]).toMatchObject({ count: 0, points: [] });
    expect(assets[2]?.points).toEqual(assets[0]?.points);
    expect(count).toBe(2 * (assets[0]?.count ?? 0));
    expect([...files.keys()]).toEqual([
      'small-points.csv',
      'small-points.png',
      'empty-points.csv',
      'empty-points.png',
      'small-points-2.csv',
      'small-points-2.png',
      'result.json',
    ]);

    const text = { name: 'text.png', bytes: 'a slide' };
    const skipped = await runOperation(poiDetection, {
      params: { ...plainly, on_error: 'skip' },
      assets: [text, small],
    });
    expect(skipped.data).toMatchObject({ assets: [{ image: { index: 1 }, count: assets[0]?.count }] });
  });
});

describe('parameters', () => {
  test('narrow down by radius and score, and count all that the list leaves out', async () => {
    const { png } = await slide({ seed: 15, width: 600, height: 500, nuclei: 120 });
    const all = (await detect(png, plainly)).found;
    const large = (await detect(png, { ...plainly, min_radius: 8, max_radius: 14 })).found;
    expect(large.count).toBeGreaterThan(20);
    expect(large.points.every(({ radius }) => radius >= 8 && radius <= 14)).toBe(true);
    const sure = (await detect(png, { ...plainly, min_score: 0.6995 })).found;
    expect(sure.points).toEqual(all.points.filter(({ score }) => score >= 0.7));
    expect(sure.count).toBeGreaterThan(20);
    const best = await detect(png, { ...plainly, max_points: 5 });
    expect(best.found).toMatchObject({ count: all.count, truncated: true, points: all.points.slice(0, 5) });
    const lines = String(best.files.get('slide-points.csv')).trim().split('\n');
    expect(lines).toEqual([
      'x,y,radius,score,channel',
      ...all.points.map(({ x, y, radius, score, channel }) => [x, y, radius, score, channel].join(',')),
    ]);
  });

  test('set the threshold, by itself or by how sensitive to be', async () => {
    const { png } = await slide({ seed: 16, width: 600, height: 500, nuclei: 120, strength: [0.15, 0.9] });
    const counts = [];
    for (const sensitivity of [0, 0.5, 1]) {
      counts.push((await detect(png, { ...plainly, sensitivity })).found.count);
    }
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(new Set(counts).size).toBe(3);
    const { found } = await detect(png, { ...plainly, threshold: 0.6 });
    expect(found.method.thresholds).toEqual({ haematoxylin: 0.6 });
    expect(found.parameters).toMatchObject({ threshold: 0.6, min_radius: 4, tile: 1536 });
    expect(found.count).toBeLessThan(counts[0] ?? 0);
  });

  test.each([
    [{ min_radius: 10, max_radius: 10 }, /must be greater than min_radius/],
    [{ channel: 'eosin', stains: 'hdab' }, /is not one of the stains/],
    [{ channel: 'hematoxylin' }, /channel/],
  ])('that contradict each other are refused: %j', async (params, message) => {
    await expect(detect(small.bytes, params)).rejects.toThrow(message);
  });
});

test('points are drawn on the picture, as small as asked for', async () => {
  const { png, nuclei } = await slide({ seed: 17, width: 800, height: 400, nuclei: 8 });
  const { files } = await detect(png, { overlay_side: 400 });
  const { width, height, at } = await decode(files.get('slide-points.png') ?? Buffer.of());
  expect([width, height]).toEqual([400, 200]);
  for (const { x, y, radius } of nuclei) {
    const right = Array.from({ length: 5 }, (_, i) => at((x + radius + i - 2) / 800, y / 400));
    expect(right.some(([red = 0, , blue = 255]) => red > 180 && blue < 110)).toBe(true);
  }
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

test('a picture in work is given up at once when the job is cancelled, and leaves nothing', async () => {
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
