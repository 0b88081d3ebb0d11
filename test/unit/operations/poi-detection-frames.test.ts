/** The points of tissue depend on neither what surrounds it nor how the picture is cut and turned. */
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Detection } from '../../../operations/poi-detection/detection.ts';
import { detectPoints } from '../../support/detect-points.ts';
import { type Circle, slide } from '../../support/slides.ts';

const width = 420;
const height = 360;
const he = (await slide({ seed: 21, width, height, nuclei: 65 })).png;
const hdab = (await slide({ seed: 22, width, height, nuclei: 65, stains: 'hdab' })).png;
const island = (await slide({ seed: 23, width: 560, height: 480, nuclei: 40, island: 0.6 })).png;

const known = new Map<Buffer, Promise<Detection>>();
const detectOnce = (picture: Buffer): Promise<Detection> => {
  const detection = known.get(picture) ?? detectPoints(picture);
  known.set(picture, detection);
  return detection;
};

type Move = (place: Circle) => { x: number; y: number };

/** Expects the same points within 2 pixels, up to 1 %. `back` moves places to the coordinates of `wanted`. */
function expectSame(found: readonly Circle[], wanted: readonly Circle[], back: Move = (place) => place) {
  const open = new Set(wanted);
  for (const point of found) {
    const { x, y } = back(point);
    for (const other of open) if (Math.hypot(other.x - x, other.y - y) <= 2) open.delete(other);
  }
  expect(wanted.length).toBeGreaterThan(20);
  expect(open.size).toBeLessThanOrEqual(0.01 * wanted.length);
  expect(found.length).toBeLessThanOrEqual(1.01 * wanted.length);
}

const around = { left: 90, right: 70, top: 55, bottom: 80 };
const oneSide = { left: 230, right: 0, top: 0, bottom: 0 };
const narrow = { left: 0, right: 0, top: 0, bottom: 7 };

describe.each([
  ['H&E', he],
  ['H-DAB', hdab],
])('%s in a frame', (_, picture) => {
  test.each([
    ['black around it', [[around, '#000000']]],
    ['black at one side', [[oneSide, '#000000']]],
    ['white around it', [[around, '#ffffff']]],
    ['white at one side', [[oneSide, '#ffffff']]],
    ['a narrow white strip', [[narrow, '#ffffff']]],
    ['light grey around it', [[around, '#f0f0f0']]],
    ['the background of a scanner around it', [[around, '#f5f2eb']]],
    ['transparent around it', [[around, '#00000000']]],
    [
      'black, then white, then transparent',
      [
        [around, '#000000'],
        [oneSide, '#ffffff'],
        [around, '#00000000'],
      ],
    ],
  ] as const)('has the same points: %s', async (_, frames) => {
    let framed = picture;
    let [left, top] = [0, 0];
    for (const [frame, background] of frames) {
      framed = await sharp(framed)
        .ensureAlpha()
        .extend({ ...frame, background })
        .png()
        .toBuffer();
      left += frame.left;
      top += frame.top;
    }
    const [wanted, { points, calibration, notes }] = [await detectOnce(picture), await detectPoints(framed)];
    expectSame(points, wanted.points, ({ x, y }) => ({ x: x - left, y: y - top }));
    expect(calibration.set).toBe(wanted.calibration.set);
    expect(notes.map(({ code }) => code)).toContain('padding_left_out');
  });
});

describe('a frame that is stored as JPEG', () => {
  test.each([
    ['#fdfdfd', 80],
    ['#eae6f4', 95],
  ])('%s at quality %i', async (background, quality) => {
    const { left, top } = around;
    const framed = sharp(he).extend({ ...around, background });
    const stored = await framed.jpeg({ quality }).toBuffer();
    const decoded = sharp(await sharp(stored).png().toBuffer());
    const cut = await decoded.extract({ left, top, width, height }).png().toBuffer();
    const { points, notes } = await detectPoints(stored);
    expectSame(points, (await detectPoints(cut)).points, ({ x, y }) => ({ x: x - left, y: y - top }));
    expect(notes.map(({ code }) => code)).toContain('padding_left_out');
  });
});

/** A stroke across the lower part of the picture. */
const draw = (
  picture: Buffer,
  size: { width: number; height: number },
  y: number,
  colour: string,
  line = 26,
) => {
  const path = `M 20 ${y} Q ${size.width / 2} ${y + 30} ${size.width - 30} ${y - 10}`;
  const stroke = `fill="none" stroke="${colour}" stroke-width="${line}" stroke-linecap="round"`;
  const svg = `<svg width="${size.width}" height="${size.height}"><path d="${path}" ${stroke}/></svg>`;
  return sharp(picture)
    .composite([{ input: Buffer.from(svg) }])
    .png()
    .toBuffer();
};

describe('pen marks', () => {
  const blue = ['#1e3cb4', '#0000ff', '#28328c'];
  test.each([...blue, '#14783c', '#00a050', '#d21e28', '#ff0000', '#141414', '#000000', '#e6c800'])(
    'are no nuclei: %s beside the tissue',
    async (colour) => {
      const framed = await sharp(he)
        .extend({ ...narrow, bottom: 110, background: '#f2f2f2' })
        .png()
        .toBuffer();
      const marked = await draw(framed, { width, height: height + 110 }, height + 50, colour);
      expectSame((await detectPoints(marked)).points, (await detectOnce(he)).points);
    },
  );

  test.each([...blue, '#14783c', '#141414'])('leave the tissue beside them alone: %s', async (colour) => {
    const y = height - 70;
    const beside = ({ points }: Detection) => points.filter((point) => point.y < y - 50);
    const marked = await detectPoints(await draw(he, { width, height }, y, colour));
    expectSame(beside(marked), beside(await detectOnce(he)));
    expect(marked.points.filter((point) => Math.abs(point.y - y - 13) < 3)).toEqual([]);
    expect(marked.notes.map(({ code }) => code)).toContain('marks_left_out');
  });

  test('are no nuclei where a thin stroke crosses the tissue, as JPEG', async () => {
    const y = height / 2;
    const stored = sharp(await draw(he, { width, height }, y, '#101010', 9)).jpeg({ quality: 88 });
    const { points } = await detectPoints(await stored.toBuffer());
    // The curve that `draw` strokes.
    const stroke = Array.from({ length: 200 }, (_, i) => {
      const t = i / 199;
      const [start, middle, end] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
      return {
        x: start * 20 + (middle * width) / 2 + end * (width - 30),
        y: start * y + middle * (y + 30) + end * (y - 10),
      };
    });
    const onStroke = points.filter((point) =>
      stroke.some((place) => Math.hypot(place.x - point.x, place.y - point.y) < 3),
    );
    expect(onStroke).toEqual([]);
    expect(points.length).toBeGreaterThan(45);
  });
});

describe('a picture that is turned or cut', () => {
  const size = { width: width - 1, height: height - 1 };
  test.each<[string, (picture: Sharp) => Sharp, Move]>([
    ['turned by 90°', (picture) => picture.rotate(90), ({ x, y }) => ({ x: y, y: size.height - x })],
    [
      'turned by 180°',
      (picture) => picture.rotate(180),
      ({ x, y }) => ({ x: size.width - x, y: size.height - y }),
    ],
    ['turned by 270°', (picture) => picture.rotate(270), ({ x, y }) => ({ x: size.width - y, y: x })],
    ['mirrored', (picture) => picture.flop(), ({ x, y }) => ({ x: size.width - x, y })],
    ['upside down', (picture) => picture.flip(), ({ x, y }) => ({ x, y: size.height - y })],
  ])('has the same points: %s', async (_, turn, back) => {
    for (const picture of [he, hdab]) {
      const { points } = await detectPoints(await turn(sharp(picture)).png().toBuffer());
      expectSame(points, (await detectOnce(picture)).points, back);
    }
  });

  test.each([
    [40, 20, 480, 440],
    [47, 31, 461, 415],
    [0, 25, 500, 430],
  ])('has the same points when cut at %i, %i to %i × %i', async (left, top, cutWidth, cutHeight) => {
    const cut = sharp(island).extract({ left, top, width: cutWidth, height: cutHeight });
    const { points } = await detectPoints(await cut.png().toBuffer());
    expectSame(points, (await detectOnce(island)).points, ({ x, y }) => ({ x: x + left, y: y + top }));
  });

  test('has the same points whatever the size of the tiles, each once', async () => {
    const { png } = await slide({ seed: 11, width: 420, height: 300, nuclei: 65, touching: 0.6 });
    const whole = await detectPoints(png);
    for (const tile of [256, 400]) expect((await detectPoints(png, { tile })).points).toEqual(whole.points);
    expect(whole.found).toBeGreaterThan(55);
  });

  // Back from the picture that a viewer shows to the stored one, by the EXIF standard.
  test.each<[number, Move]>([
    [1, (place) => place],
    [2, ({ x, y }) => ({ x: size.width - x, y })],
    [3, ({ x, y }) => ({ x: size.width - x, y: size.height - y })],
    [4, ({ x, y }) => ({ x, y: size.height - y })],
    [5, ({ x, y }) => ({ x: y, y: x })],
    [6, ({ x, y }) => ({ x: y, y: size.height - x })],
    [7, ({ x, y }) => ({ x: size.width - y, y: size.height - x })],
    [8, ({ x, y }) => ({ x: size.width - y, y: x })],
  ])('has the points that a viewer shows, with EXIF orientation %i', async (orientation, back) => {
    const stored = await sharp(he).withMetadata({ orientation }).png().toBuffer();
    const { points, ...shown } = await detectPoints(stored);
    const sides = orientation > 4 ? [height, width] : [width, height];
    expect([shown.width, shown.height]).toEqual(sides);
    expectSame(points, (await detectOnce(he)).points, back);
  });
});
