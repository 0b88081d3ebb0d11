/** A slide of 66 million pixels, most of it glass. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { detectPoints } from '../support/detect-points.ts';
import { slide } from '../support/slides.ts';

const [WIDTH, HEIGHT] = [8300, 8000];

test('has the points of its parts, wherever they are', async () => {
  const { png } = await slide({ seed: 31, width: 600, height: 500, nuclei: 80 });
  const wanted = await detectPoints(png);
  expect(wanted.found).toBeGreaterThan(60);
  // In one tile, and across the corners of four.
  const places = [
    { left: 200, top: 300 },
    { left: 3 * 1536 - 310, top: 4 * 1536 - 240 },
  ];
  const glass = sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#f4f1f4' } });
  const tiff = await glass
    .composite(places.map((place) => ({ input: png, ...place })))
    .removeAlpha()
    .tiff({ tile: true, compression: 'deflate' })
    .toBuffer();
  const { points, width, height, notes } = await detectPoints(tiff, { max_points: 10_000 });
  expect([width, height]).toEqual([WIDTH, HEIGHT]);
  expect(notes.map(({ code }) => code)).toEqual(['padding_left_out']);
  for (const { left, top } of places) {
    const missing = wanted.points.filter(
      ({ x, y }) => !points.some((point) => Math.hypot(point.x - left - x, point.y - top - y) <= 2),
    );
    expect(missing.length).toBeLessThanOrEqual(0.01 * wanted.found);
  }
  expect(points.length).toBeLessThanOrEqual(2 * 1.01 * wanted.found);
});
