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

/** Larger pictures are sampled in squares of SAMPLE_SIDE, about this many pixels in all. */
const MAX_PIXELS = 64e6;
const SAMPLE_SIDE = 512;

/** Contrast below this is noise, whatever Otsu's method returns for a picture without objects. */
const MIN_THRESHOLD = 0.05;

const BINS = 512;
const MAX_CONTRAST = 1.5;

/** @throws `asset_unsuitable`. */
export async function calibrate(
  slide: Slide,
  params: Params,
  scale: RadiusRange,
  input: InputFile,
): Promise<Calibration> {
  const samples = selectSamples(slide, params.tile);
  const counts = createCounts();
  for (const sample of samples) {
    const seen = expandRect(sample, surveyMargin(scale), slide);
    countColours(counts, await slide.read(seen), relativeTo(seen, sample), scale);
  }
  const survey = evaluate(counts, knownSet(params));
  refuseUnsuitable(survey, input);
  const stains = params.channel === 'auto' ? nuclearStains(survey.set) : [params.channel];
  const readTissue = createTissueReader(slide, survey, scale);
  let marks = 0;
  const histograms = stains.map(() => new Uint32Array(BINS));
  for (const sample of samples) {
    const seen = expandRect(sample, contrastMargin(scale), slide);
    const tissue = await readTissue(seen);
    const part = relativeTo(seen, sample);
    forEachPixel(tissue, part, (at) => {
      marks += tissue.marks[at] ?? 0;
    });
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
  const pixels = samples.reduce((sum, { width, height }) => sum + width * height, 0);
  return { ...survey, readTissue, marks: marks / pixels, thresholds };
}

const knownSet = ({ stains, channel }: Params) =>
  stains !== 'auto' ? stains : channel === 'eosin' ? 'he' : channel === 'dab' ? 'hdab' : null;

/** Selects all tiles, or evenly spread ones of a large picture. */
function selectSamples(slide: Slide, tile: number): Rect[] {
  const share = (slide.width * slide.height) / MAX_PIXELS;
  if (share <= 1) return splitIntoTiles(slide, tile);
  const every = Math.ceil(Math.sqrt(share));
  return splitIntoTiles(slide, SAMPLE_SIDE).filter(
    ({ left, top }) => (left / SAMPLE_SIDE) % every === 0 && (top / SAMPLE_SIDE) % every === 0,
  );
}

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
