/** Detects the points of one picture tile by tile, and writes them as JSON, CSV and an overlay. */
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pictureTask, type ReportProgress } from '../lib/picture-process/task.ts';
import { onPicture } from '../lib/picture-work.ts';
import type { InputFile } from '../operation.ts';
import { describeDoubts, type Note } from './assessment.ts';
import { type Calibration, calibrate } from './calibration.ts';
import { orientPoint, orientSize } from './orientation.ts';
import { writeOverlay, writeSlide } from './overlay.ts';
import type { Params } from './params.ts';
import { contains, expandRect, type Rect, type Size, splitIntoTiles } from './plane.ts';
import { PointGrid } from './point-grid.ts';
import { type RadiusRange, resolveRadii } from './radius-range.ts';
import { type Slide, withSlide } from './slide.ts';
import type { Stain } from './stains.ts';
import { computeContrast, type DetectedPoint, detectPoints, tileMargin } from './tile.ts';

/** Minimum distance of the centres of two objects, as a share of the larger radius. */
const MIN_DISTANCE = 0.75;

/** Files that a detection writes. */
export const DETECTION = 'detection.json';
export const TABLE = 'points.csv';
export const OVERLAY = 'overlay.png';
export const SLIDE = 'slide.jpg';

export interface Detection extends Size, Pick<Slide, 'page' | 'subifd' | 'micronsPerPixel'> {
  /** Number of detected points; `points` may have fewer. */
  readonly found: number;
  /** Best score first. */
  readonly points: readonly DetectedPoint[];
  readonly radii: RadiusRange;
  readonly calibration: Pick<Calibration, 'set' | 'certainty' | 'white' | 'thresholds'>;
  readonly notes: readonly Note[];
}

interface DetectionInput {
  readonly input: InputFile;
  readonly params: Params;
  /** Directory for the results. */
  readonly folder: string;
}

/** Detects the points of one asset. Throws the errors of `withSlide` and `asset_unsuitable`. */
export const task = pictureTask(
  import.meta.url,
  onPicture(
    async (input, params: Params, { folder, report }): Promise<void> => {
      const onCopy = (fraction: number) => report(0.2 * fraction, 'decoding');
      await withSlide(input, join(folder, 'copy'), onCopy, (slide) =>
        detectOnSlide(slide, { input, params, folder }, report),
      );
    },
    () => 'largest',
  ),
);

async function detectOnSlide(
  slide: Slide,
  { input, params, folder }: DetectionInput,
  report: ReportProgress,
): Promise<void> {
  const micronsPerPixel = params.microns_per_pixel ?? slide.micronsPerPixel;
  const radii = resolveRadii(params, micronsPerPixel, input);
  const onCalibration = (fraction: number) => report(0.2 + 0.35 * fraction, 'finding tissue');
  const calibration = await calibrate(slide, params, radii, input, onCalibration);
  const { set, certainty, white, thresholds } = calibration;
  const points = await detectInTiles(slide, calibration, params, radii, report);
  report(0.95, 'writing');
  if (params.overlay) {
    const picture = await slide.readResized(params.overlay_side);
    await writeSlide(picture, slide, join(folder, SLIDE));
    await writeOverlay(picture, points, slide, join(folder, OVERLAY));
  }
  const upright = points
    .map((point) => roundPoint({ ...point, ...orientPoint(point, slide) }))
    .sort((a, b) => b.score - a.score || a.y - b.y || a.x - b.x);
  await writeTable(join(folder, TABLE), upright);
  const detection: Detection = {
    ...orientSize(slide),
    page: slide.page,
    subifd: slide.subifd,
    micronsPerPixel,
    found: upright.length,
    points: upright.slice(0, params.max_points),
    radii,
    calibration: { set, certainty: Number(certainty.toFixed(2)), white, thresholds },
    notes: [...slide.notes, ...describeDoubts(calibration, calibration.marks, params)],
  };
  await writeFile(join(folder, DETECTION), JSON.stringify(detection));
}

async function detectInTiles(
  slide: Slide,
  found: Calibration,
  params: Params,
  scale: RadiusRange,
  report: ReportProgress,
): Promise<DetectedPoint[]> {
  const tiles = splitIntoTiles(slide, params.tile);
  const points: DetectedPoint[] = [];
  for (const [done, tile] of tiles.entries()) {
    report(0.55 + (0.4 * done) / tiles.length, `tile ${done + 1} of ${tiles.length}`);
    for (const point of await detectInTile(slide, tile, found, scale))
      if (point.score >= params.min_score) points.push(point);
  }
  return points;
}

/** Detects the points whose centre is in the tile, in coordinates of the picture. */
async function detectInTile(
  slide: Size,
  tile: Rect,
  { readTissue, set, thresholds }: Calibration,
  scale: RadiusRange,
): Promise<DetectedPoint[]> {
  const seen = expandRect(tile, tileMargin(scale), slide);
  const tissue = await readTissue(seen);
  if (!tissue.mask.includes(1)) return [];
  const found = (Object.entries(thresholds) as [Stain, number][]).flatMap(([stain, threshold]) =>
    detectPoints(computeContrast(tissue, set, stain, scale), tissue, stain, threshold, scale),
  );
  return removeDuplicates(found, scale)
    .map((point) => ({ ...point, x: point.x + seen.left, y: point.y + seen.top }))
    .filter(({ x, y }) => contains(tile, Math.max(0, x), Math.max(0, y)) || isBeyondEdge(x, y, tile, slide));
}

/** Computed centres may lie slightly outside the picture: they belong to the tile at that edge. */
function isBeyondEdge(x: number, y: number, tile: Rect, { width, height }: Size): boolean {
  const inside = contains(tile, Math.min(width - 1, Math.max(0, x)), Math.min(height - 1, Math.max(0, y)));
  return inside && (x < 0 || y < 0 || x >= width || y >= height);
}

/** An object may be detected in two stains, or twice: keeps the detection with the higher score. */
function removeDuplicates(points: readonly DetectedPoint[], { maxRadius }: RadiusRange): DetectedPoint[] {
  const nearby = new PointGrid(points, maxRadius);
  return points.filter((point) => {
    for (const other of nearby.around(point, maxRadius)) {
      const near =
        Math.hypot(other.x - point.x, other.y - point.y) <
        MIN_DISTANCE * Math.max(other.radius, point.radius);
      if (near && isStronger(other, point)) return false;
    }
    return true;
  });
}

const isStronger = (one: DetectedPoint, other: DetectedPoint): boolean =>
  one.score !== other.score ? one.score > other.score : one.y !== other.y ? one.y < other.y : one.x < other.x;

const roundPoint = ({ x, y, radius, score, channel }: DetectedPoint): DetectedPoint => ({
  x: Number(x.toFixed(2)),
  y: Number(y.toFixed(2)),
  radius: Number(radius.toFixed(2)),
  score: Number(score.toFixed(3)),
  channel,
});

async function writeTable(path: string, points: readonly DetectedPoint[]): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.write('x,y,radius,score,channel\n');
    for (let from = 0; from < points.length; from += 10_000) {
      const lines = points
        .slice(from, from + 10_000)
        .map(({ x, y, radius, score, channel }) => `${x},${y},${radius},${score},${channel}\n`);
      await file.write(lines.join(''));
    }
  } finally {
    await file.close();
  }
}
