/** Values that are computed once for a whole picture, so that all tiles are processed alike. */
import type { InputFile } from '../operation.ts';
import { refuseUnsuitable } from './assessment.ts';
import { otsu } from './otsu.ts';
import type { Params } from './params.ts';
import { expandRect, forEachPixel, type Plane, type Rect, relativeTo, splitIntoTiles } from './plane.ts';
import type { RadiusRange } from './radius-range.ts';
import type { Slide } from './slide.ts';
import { nuclearStains, type Stain } from './stains.ts';
import { countColours, createCounts, evaluate, type Survey, surveyMargin } from './survey.ts';
import { computeContrast, contrastMargin } from './tile.ts';
import { createTissueReader, type ReadTissue, type Tissue } from './tissue.ts';

export interface Calibration extends Survey {
  readonly readTissue: ReadTissue;
  /** Share of the pixels that are pen marks or larger black areas, 0 to 1. */
  readonly marks: number;
  /** Minimum optical density of an object above its surroundings. Empty without tissue. */
  readonly thresholds: Partial<Record<Stain, number>>;
}

/** Contrast below this is noise, whatever Otsu's method returns for a picture without objects. */
const MIN_THRESHOLD = 0.05;

const BINS = 512;
const MAX_CONTRAST = 1.5;

/**
 * Reads every tile twice. A sample would not do: which tiles it has depends on how the picture is cut and turned.
 *
 * @param report - Called with the share that is done, 0 to 1.
 * @throws `asset_unsuitable`.
 */
export async function calibrate(
  slide: Slide,
  params: Params,
  scale: RadiusRange,
  input: InputFile,
  report: (fraction: number) => void,
): Promise<Calibration> {
  const tiles = splitIntoTiles(slide, params.tile);
  const counts = createCounts();
  for (const [done, tile] of tiles.entries()) {
    report((0.4 * done) / tiles.length);
    const seen = expandRect(tile, surveyMargin(scale), slide);
    countColours(counts, await slide.read(seen), relativeTo(seen, tile), scale);
  }
  const survey = evaluate(counts, knownSet(params));
  refuseUnsuitable(survey, input);
  const stains = params.channel === 'auto' ? nuclearStains(survey.set) : [params.channel];
  const readTissue = createTissueReader(slide, survey, scale);
  let marks = 0;
  const histograms = stains.map(() => new Uint32Array(BINS));
  for (const [done, tile] of tiles.entries()) {
    report(0.4 + (0.6 * done) / tiles.length);
    const seen = expandRect(tile, contrastMargin(scale), slide);
    const tissue = await readTissue(seen);
    const part = relativeTo(seen, tile);
    forEachPixel(tissue, part, (at) => {
      marks += tissue.marks[at] ?? 0;
    });
    if (!tissue.mask.includes(1)) continue;
    for (const [index, stain] of stains.entries())
      countContrasts(histograms[index], tissue, computeContrast(tissue, survey.set, stain, scale), part);
  }
  const factor = 1.2 - 0.8 * params.sensitivity;
  const thresholds: Partial<Record<Stain, number>> = {};
  for (const [index, stain] of stains.entries()) {
    const histogram = histograms[index];
    if (!histogram?.some((count) => count > 0)) continue;
    const found = (otsu(histogram) / BINS) * MAX_CONTRAST;
    thresholds[stain] = params.threshold ?? Math.max(MIN_THRESHOLD, found * factor);
  }
  return { ...survey, readTissue, marks: marks / (slide.width * slide.height), thresholds };
}

const knownSet = ({ stains, channel }: Params) =>
  stains !== 'auto' ? stains : channel === 'eosin' ? 'he' : channel === 'dab' ? 'hdab' : null;

/** Counts the contrasts of tissue in a part of a region. */
function countContrasts(
  histogram: Uint32Array | undefined,
  tissue: Tissue,
  { data }: Plane,
  part: Rect,
): void {
  if (!histogram) return;
  forEachPixel(tissue, part, (at) => {
    if (tissue.mask[at] === 0) return;
    const bin = Math.floor(((data[at] ?? 0) / MAX_CONTRAST) * BINS);
    const inRange = Math.max(0, Math.min(BINS - 1, bin));
    histogram[inRange] = (histogram[inRange] ?? 0) + 1;
  });
}
