/** Values that are computed once for a whole picture, so that all tiles are processed alike. */
import { backgroundCell } from './background.ts';
import { opticalDensities, type White } from './optical-density.ts';
import { otsu } from './otsu.ts';
import type { Params } from './params.ts';
import { expandRect, type Rect, type Size, splitIntoTiles } from './plane.ts';
import type { Slide } from './slide.ts';
import { nuclearStains, residualOf, type Stain, type StainSet, stainSetsWith } from './stains.ts';
import { computeContrast, type RadiusRange, tileMargin } from './tile.ts';
import { buildTissueMask, estimateWhite, type TissueMask } from './tissue.ts';

export interface Calibration {
  readonly white: White;
  readonly tissue: TissueMask;
  readonly set: StainSet;
  /** Minimum optical density of an object above its surroundings. Empty without tissue. */
  readonly thresholds: Partial<Record<Stain, number>>;
}

/** Side and number of the samples, at full size, for the threshold. */
const SAMPLE_SIDE = 512;
const SAMPLES = 16;

/** Pixels of the longer side of the copy for the tissue mask. */
const OVERVIEW_SIDE = 1024;

/** Contrast below this is noise, whatever Otsu's method returns for a picture without objects. */
const MIN_THRESHOLD = 0.05;

const BINS = 256;
const MAX_CONTRAST = 1.5;

export async function calibrate(slide: Slide, params: Params, scale: RadiusRange): Promise<Calibration> {
  const overview = await slide.readResized(OVERVIEW_SIDE);
  const white = estimateWhite(overview);
  const tissue = buildTissueMask(overview, white, slide);
  const set = params.stains !== 'auto' ? params.stains : detectStainSet(params.channel, overview, white);
  const stains = params.channel === 'auto' ? nuclearStains(set) : [params.channel];
  const samples = selectSamples(slide, tissue);
  const factor = 1.2 - 0.8 * params.sensitivity;
  const thresholds: Partial<Record<Stain, number>> = {};
  if (samples.length === 0) return { white, tissue, set, thresholds };
  const histograms =
    params.threshold === undefined ? await computeHistograms(slide, samples, white, set, stains, scale) : [];
  for (const [index, stain] of stains.entries()) {
    const found = (otsu(histograms[index] ?? []) / BINS) * MAX_CONTRAST;
    thresholds[stain] = params.threshold ?? Math.max(MIN_THRESHOLD, found * factor);
  }
  return { white, tissue, set, thresholds };
}

/** Returns the set that contains the channel, or the one with the smaller residual. */
function detectStainSet(
  channel: Params['channel'],
  { data }: { readonly data: Uint8Array },
  white: White,
): StainSet {
  if (channel === 'eosin' || channel === 'dab') return stainSetsWith(channel)[0] ?? 'he';
  const [red, green, blue] = white.map(opticalDensities);
  const [he, hdab] = [residualOf('he'), residualOf('hdab')];
  let difference = 0;
  // Every seventh pixel is enough.
  for (let at = 0; at < data.length; at += 21) {
    const od = [
      red?.[data[at] ?? 0] ?? 0,
      green?.[data[at + 1] ?? 0] ?? 0,
      blue?.[data[at + 2] ?? 0] ?? 0,
    ] as const;
    if (od[0] + od[1] + od[2] > 0.15) difference += he(od) - hdab(od);
  }
  return difference > 0 ? 'hdab' : 'he';
}

/** Selects tiles with tissue, evenly spread. */
function selectSamples(slide: Size, tissue: TissueMask): Rect[] {
  const shares = splitIntoTiles(slide, SAMPLE_SIDE).map((rect) => ({ rect, share: tissue.coverage(rect) }));
  const mostlyTissue = shares.filter(({ share }) => share > 0.3);
  const usable = mostlyTissue.length > 0 ? mostlyTissue : shares.filter(({ share }) => share > 0);
  const sampleCount = Math.min(SAMPLES, usable.length);
  return Array.from(
    { length: sampleCount },
    (_, i) => usable[Math.floor(((i + 0.5) * usable.length) / sampleCount)],
  ).flatMap((sample) => (sample ? [sample.rect] : []));
}

async function computeHistograms(
  slide: Slide,
  samples: readonly Rect[],
  white: White,
  set: StainSet,
  stains: readonly Stain[],
  scale: RadiusRange,
): Promise<Uint32Array[]> {
  const histograms = stains.map(() => new Uint32Array(BINS));
  for (const sample of samples) {
    const seen = expandRect(
      sample,
      tileMargin(scale) - 5 * scale.maxRadius,
      backgroundCell(scale.maxRadius),
      slide,
    );
    const rgb = await slide.read(seen);
    for (const [index, stain] of stains.entries()) {
      const { data, width } = computeContrast(rgb, seen, white, set, stain, scale);
      const [left, top] = [sample.left - seen.left, sample.top - seen.top];
      for (let y = top; y < top + sample.height; y++)
        count(histograms[index], data.subarray(y * width + left, y * width + left + sample.width));
    }
  }
  return histograms;
}

function count(histogram: Uint32Array | undefined, contrasts: Float32Array): void {
  if (!histogram) return;
  for (const contrast of contrasts) {
    const bin = Math.max(0, Math.min(BINS - 1, Math.floor((contrast / MAX_CONTRAST) * BINS)));
    histogram[bin] = (histogram[bin] ?? 0) + 1;
  }
}
