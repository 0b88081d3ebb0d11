/** The points of one picture: found piece by piece, and written down as numbers and as a drawing. */
import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { childTask, type ReportProgress } from '../lib/child-task.ts';
import type { InputFile } from '../operation.ts';
import { cellOf } from './background.ts';
import { Nearby } from './nearby.ts';
import { writeOverlay } from './overlay.ts';
import type { Params } from './params.ts';
import { contains, grown, type Rect, type Size, tilesOf } from './plane.ts';
import { openSlide, type Slide } from './slide.ts';
import type { Stain, StainSet } from './stains.ts';
import { type Survey, survey } from './survey.ts';
import { contrastOf, type Finding, findIn, marginOf, type Scale } from './tile.ts';
import { uprightPlace, uprightSize } from './upright.ts';

/** Middles of two things are farther apart than this share of the radius of the larger. */
const APART = 0.75;

/** Files in the folder that a detection leaves. */
export const DETECTION = 'detection.json';
export const TABLE = 'points.csv';
export const OVERLAY = 'overlay.png';

export interface Detection {
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  /** How many points there are, of which `points` has no more than asked for. */
  readonly found: number;
  /** Best score first. */
  readonly points: readonly Finding[];
  readonly stains: StainSet;
  /** Red, green and blue of clear glass. */
  readonly white: readonly [number, number, number];
  /** Optical density above the surroundings, for each stain that was looked for; none where there is no tissue. */
  readonly thresholds: Partial<Record<Stain, number>>;
}

interface DetectionInput {
  readonly input: InputFile;
  readonly params: Params;
  /** Directory for the results. */
  readonly folder: string;
}

/** Detects the points of one asset. Throws the errors of `openSlide`. */
export const task = childTask(import.meta.url, detect);

async function detect({ input, params, folder }: DetectionInput, report: ReportProgress): Promise<void> {
  const copy = join(folder, 'copy.tif');
  const slide = await openSlide(input, copy, (fraction) => report(0.2 * fraction, 'decoding'));
  report(0.2, 'looking for tissue');
  const scale = { minRadius: params.min_radius, maxRadius: params.max_radius };
  const found = await survey(slide, params, scale);
  const points = await allPoints(slide, found, params, scale, report);
  report(0.95, 'writing');
  if (params.overlay) {
    const picture = await slide.reduced(params.overlay_side);
    await writeOverlay(picture, points, slide, join(folder, OVERLAY));
  }
  await rm(copy, { force: true });
  const upright = points
    .map((point) => rounded({ ...point, ...uprightPlace(point, slide) }))
    .sort((a, b) => b.score - a.score || a.y - b.y || a.x - b.x);
  await writeTable(join(folder, TABLE), upright);
  const detection: Detection = {
    ...uprightSize(slide),
    found: upright.length,
    points: upright.slice(0, params.max_points),
    stains: found.set,
    white: found.white,
    thresholds: found.thresholds,
  };
  await writeFile(join(folder, DETECTION), JSON.stringify(detection));
}

async function allPoints(
  slide: Slide,
  found: Survey,
  params: Params,
  scale: Scale,
  report: ReportProgress,
): Promise<Finding[]> {
  const tiles = tilesOf(slide, params.tile).filter((tile) => found.tissue.share(tile) > 0);
  const points: Finding[] = [];
  for (const [done, tile] of tiles.entries()) {
    report(0.3 + (0.65 * done) / tiles.length, `piece ${done + 1} of ${tiles.length}`);
    for (const point of await pointsOf(slide, tile, found, scale))
      if (point.score >= params.min_score) points.push(point);
  }
  return points;
}

/** What has its middle in the tile, with places counted from the corner of the picture. */
async function pointsOf(
  slide: Slide,
  tile: Rect,
  { white, set, thresholds }: Survey,
  scale: Scale,
): Promise<Finding[]> {
  const seen = grown(tile, marginOf(scale), cellOf(scale.maxRadius), slide);
  const rgb = await slide.read(seen);
  const found = (Object.entries(thresholds) as [Stain, number][]).flatMap(([stain, threshold]) =>
    findIn(contrastOf(rgb, seen, white, set, stain, scale), stain, threshold, scale),
  );
  return withoutTwins(found, scale)
    .map((point) => ({ ...point, x: point.x + seen.left, y: point.y + seen.top }))
    .filter(({ x, y }) => contains(tile, Math.max(0, x), Math.max(0, y)) || outside(x, y, tile, slide));
}

/** Middles are computed, and may lie a little outside of the picture: they belong to the piece at that border. */
function outside(x: number, y: number, tile: Rect, { width, height }: Size): boolean {
  const inside = contains(tile, Math.min(width - 1, Math.max(0, x)), Math.min(height - 1, Math.max(0, y)));
  return inside && (x < 0 || y < 0 || x >= width || y >= height);
}

/** One thing may be seen in two stains, or in two parts: the stronger counts. */
function withoutTwins(points: readonly Finding[], { maxRadius }: Scale): Finding[] {
  const nearby = new Nearby(points, maxRadius);
  return points.filter((point) => {
    for (const other of nearby.around(point, maxRadius)) {
      const near =
        Math.hypot(other.x - point.x, other.y - point.y) < APART * Math.max(other.radius, point.radius);
      if (near && isStronger(other, point)) return false;
    }
    return true;
  });
}

const isStronger = (one: Finding, other: Finding): boolean =>
  one.score !== other.score ? one.score > other.score : one.y !== other.y ? one.y < other.y : one.x < other.x;

const rounded = ({ x, y, radius, score, channel }: Finding): Finding => ({
  x: Number(x.toFixed(2)),
  y: Number(y.toFixed(2)),
  radius: Number(radius.toFixed(2)),
  score: Number(score.toFixed(3)),
  channel,
});

async function writeTable(path: string, points: readonly Finding[]): Promise<void> {
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
