/** What must be known of a whole picture before its pieces are looked at, each in the same way. */
import { cellOf } from './background.ts';
import { densities, type White } from './density.ts';
import { otsu } from './otsu.ts';
import type { Params } from './params.ts';
import { grown, type Rect, type Size, tilesOf } from './plane.ts';
import type { Slide } from './slide.ts';
import { misfit, nuclear, type Stain, type StainSet, setOf } from './stains.ts';
import { contrastOf, marginOf, type Scale } from './tile.ts';
import { type Tissue, tissueOf, whiteOf } from './tissue.ts';

export interface Survey {
  readonly white: White;
  readonly tissue: Tissue;
  readonly set: StainSet;
  /** Optical density above the surroundings from which on something is there. None where there is no tissue. */
  readonly thresholds: Partial<Record<Stain, number>>;
}

/** Side and number of the samples, at full size, that the threshold is found from. */
const SAMPLE = 512;
const SAMPLES = 16;

/** Pixels of the longer side of the copy that shows where tissue is. */
const OVERVIEW = 1024;

/** Contrast below this is noise, whatever Otsu says of a picture in which there is nothing. */
const LEAST_THRESHOLD = 0.05;

const BINS = 256;
const MAX_CONTRAST = 1.5;

export async function survey(slide: Slide, params: Params, scale: Scale): Promise<Survey> {
  const overview = await slide.reduced(OVERVIEW);
  const white = whiteOf(overview);
  const tissue = tissueOf(overview, white, slide);
  const set = params.stains !== 'auto' ? params.stains : setFor(params.channel, overview, white);
  const stains = params.channel === 'auto' ? nuclear(set) : [params.channel];
  const samples = samplesOf(slide, tissue);
  const factor = 1.2 - 0.8 * params.sensitivity;
  const thresholds: Partial<Record<Stain, number>> = {};
  if (samples.length === 0) return { white, tissue, set, thresholds };
  const histograms =
    params.threshold === undefined ? await histogramsOf(slide, samples, white, set, stains, scale) : [];
  for (const [index, stain] of stains.entries()) {
    const found = (otsu(histograms[index] ?? []) / BINS) * MAX_CONTRAST;
    thresholds[stain] = params.threshold ?? Math.max(LEAST_THRESHOLD, found * factor);
  }
  return { white, tissue, set, thresholds };
}

/** The set that the channel leaves, or the one whose stains explain the colours better. */
function setFor(channel: Params['channel'], { data }: { readonly data: Uint8Array }, white: White): StainSet {
  if (channel === 'eosin' || channel === 'dab') return setOf(channel)[0] ?? 'he';
  const [red, green, blue] = white.map(densities);
  const [he, hdab] = [misfit('he'), misfit('hdab')];
  let difference = 0;
  // Every seventh will do.
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

/** Pieces with tissue, spread over all of it. */
function samplesOf(slide: Size, tissue: Tissue): Rect[] {
  const shares = tilesOf(slide, SAMPLE).map((rect) => ({ rect, share: tissue.share(rect) }));
  const good = shares.filter(({ share }) => share > 0.3);
  const usable = good.length > 0 ? good : shares.filter(({ share }) => share > 0);
  const wanted = Math.min(SAMPLES, usable.length);
  return Array.from(
    { length: wanted },
    (_, i) => usable[Math.floor(((i + 0.5) * usable.length) / wanted)],
  ).flatMap((sample) => (sample ? [sample.rect] : []));
}

async function histogramsOf(
  slide: Slide,
  samples: readonly Rect[],
  white: White,
  set: StainSet,
  stains: readonly Stain[],
  scale: Scale,
): Promise<Uint32Array[]> {
  const histograms = stains.map(() => new Uint32Array(BINS));
  for (const sample of samples) {
    const seen = grown(sample, marginOf(scale) - 5 * scale.maxRadius, cellOf(scale.maxRadius), slide);
    const rgb = await slide.read(seen);
    for (const [index, stain] of stains.entries()) {
      const { data, width } = contrastOf(rgb, seen, white, set, stain, scale);
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
