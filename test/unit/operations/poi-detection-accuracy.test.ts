/** Compares detected points with the known nuclei of synthetic slides. */
import { describe, expect, test } from 'vitest';
import { detectPoints } from '../../support/detect-points.ts';
import { plain } from '../../support/pictures.ts';
import { matched, slide } from '../../support/slides.ts';

test.each([
  ['H&E', { seed: 1 }, 0.97, 0.95],
  ['nuclei of very different strength', { seed: 5, strength: [0.25, 1.1] }, 0.97, 0.92],
  ['most nuclei touching', { seed: 7, touching: 0.8 }, 0.96, 0.93],
  ['uneven light and a noisy camera', { seed: 6, shade: 0.4, noise: 10 }, 0.97, 0.95],
  ['few nuclei', { seed: 8, nuclei: 15 }, 0.93, 0.93],
  ['small nuclei', { seed: 9, radius: [4.5, 7], nuclei: 200 }, 0.95, 0.91],
  ['tissue in the middle of clear glass', { seed: 10, island: 0.7, nuclei: 60 }, 0.97, 0.95],
] as const)('finds the nuclei: %s', async (_, options, precision, recall) => {
  const { png, nuclei } = await slide(options);
  const { points, calibration } = await detectPoints(png);
  const match = matched(points, nuclei);
  expect(match.precision).toBeGreaterThan(precision);
  expect(match.recall).toBeGreaterThan(recall);
  expect(match.offset).toBeLessThan(1.2);
  expect(match.radiusError).toBeLessThan(1.2);
  expect(calibration.set).toBe('he');
  expect(calibration.certainty).toBeGreaterThan(0.5);
  expect(new Set(points.map(({ channel }) => channel))).toEqual(new Set(['haematoxylin']));
});

test('finds blue and brown nuclei in H-DAB, each by its stain', async () => {
  const { png, nuclei } = await slide({ seed: 3, stains: 'hdab' });
  const { points, calibration } = await detectPoints(png);
  expect(calibration).toMatchObject({ set: 'hdab', certainty: 1 });
  for (const stain of ['haematoxylin', 'dab']) {
    const real = nuclei.filter((nucleus) => nucleus.stain === stain);
    const both = matched(
      points.filter(({ channel }) => channel === stain),
      real,
    );
    expect(both.precision, stain).toBeGreaterThan(0.95);
    expect(both.recall, stain).toBeGreaterThan(0.93);
    const alone = await detectPoints(png, { channel: stain, stains: 'hdab' });
    expect(matched(alone.points, real).recall, stain).toBeGreaterThan(0.93);
  }
});

describe('finds nothing', () => {
  test.each([
    ['white', '#ffffff'],
    ['light grey', '#e6e6e6'],
    ['transparent', '#00000000'],
    ['black', '#000000'],
  ])('on a slide without tissue, and notes it: %s', async (_, colour) => {
    const { found, notes } = await detectPoints(await plain(400, 300, colour).png().toBuffer());
    expect(found).toBe(0);
    expect(notes.map(({ code }) => code)).toContain('no_tissue');
  });

  test('in the noise of a camera', async () => {
    const { png } = await slide({ width: 400, height: 400, nuclei: 0, noise: 8 });
    expect((await detectPoints(png)).found).toBeLessThan(3);
  });
});
