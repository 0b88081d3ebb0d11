/** Projection of a map: the shown region, and pixels of positions. */
import type { GeoLocation } from '../image-metadata/geo-location.ts';

export type Position = Pick<GeoLocation, 'latitude' | 'longitude'>;

/** Region and size of a map: equirectangular, with the longitude scale of its centre. */
export interface MapScale {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Degrees. `east` is greater than `west`, and beyond 180 on a map across the date line. */
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
  /** Degrees between the lines of the graticule. */
  readonly step: number;
  /** Pixels. */
  project(position: Position): { readonly x: number; readonly y: number };
}

const WIDTH = 1000;
const MAX_HEIGHT = 900;
const MIN_HEIGHT = 400;
/** Degrees: about 100 metres. A smaller region would only show GPS noise. */
const MIN_SPAN = 0.001;
const MARGIN = 0.12;
const steps = [
  60, 30, 15, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001,
];

/** @param positions - At least one. */
export function fitScale(positions: readonly Position[]): MapScale {
  const latitudes = extent(positions.map(({ latitude }) => latitude));
  const meridians = narrowest(positions.map(({ longitude }) => longitude));
  const middle = { latitude: mid(latitudes), longitude: mid(meridians) };
  const shrink = Math.max(0.1, Math.cos((middle.latitude * Math.PI) / 180));
  const spanY = Math.min(180, Math.max(MIN_SPAN, span(latitudes) * (1 + 2 * MARGIN)));
  const spanX = Math.min(360, Math.max(MIN_SPAN, span(meridians) * (1 + 2 * MARGIN)));

  // Degrees of latitude per pixel. Narrow regions are widened, up to the whole world.
  const height = Math.round(Math.min(MAX_HEIGHT, Math.max(MIN_HEIGHT, (WIDTH * spanY) / (spanX * shrink))));
  const perPixel = Math.max(spanY / height, (spanX * shrink) / WIDTH);
  const west = middle.longitude - (perPixel * WIDTH) / shrink / 2;
  const east = middle.longitude + (perPixel * WIDTH) / shrink / 2;
  const south = middle.latitude - (perPixel * height) / 2;
  const north = middle.latitude + (perPixel * height) / 2;
  return {
    width: WIDTH,
    height,
    west,
    east,
    south,
    north,
    step: steps.find((step) => (north - south) / step >= 3) ?? MIN_SPAN / 10,
    project: ({ latitude, longitude }) => ({
      x: (((longitude < meridians.least ? longitude + 360 : longitude) - west) * shrink) / perPixel,
      y: (north - latitude) / perPixel,
    }),
  };
}

/** Returns the graticule lines within bounds, in degrees. */
export function graticuleLines(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step);
  const count = Math.max(0, Math.floor(to / step) - first + 1);
  return Array.from({ length: count }, (_, at) => Number(((first + at) * step).toFixed(6)));
}

/** Formats degrees as `51.5° N`. */
export function formatDegrees(value: number, axis: 'latitude' | 'longitude', digits: number): string {
  const turned = axis === 'longitude' && value > 180 ? value - 360 : value < -180 ? value + 360 : value;
  const sides = axis === 'latitude' ? (['N', 'S'] as const) : (['E', 'W'] as const);
  const side = Number(turned.toFixed(digits)) === 0 ? '' : ` ${turned > 0 ? sides[0] : sides[1]}`;
  return `${Math.abs(turned).toFixed(digits)}°${side}`;
}

export const formatPosition = ({ latitude, longitude }: Position): string =>
  `${formatDegrees(latitude, 'latitude', 5)}, ${formatDegrees(longitude, 'longitude', 5)}`;

interface Extent {
  readonly least: number;
  readonly most: number;
}

function extent(values: readonly number[]): Extent {
  const start = values[0] ?? 0;
  return values.reduce(
    ({ least, most }, value) => ({ least: Math.min(least, value), most: Math.max(most, value) }),
    { least: start, most: start },
  );
}

/** Returns the shortest arc of the globe that contains all longitudes: the complement of the widest gap. */
function narrowest(longitudes: readonly number[]): Extent {
  const sorted = [...new Set(longitudes)].sort((a, b) => a - b);
  const plain = { least: sorted[0] ?? 0, most: sorted.at(-1) ?? 0 };
  let best = plain;
  for (const [at, least] of sorted.entries()) {
    const before = sorted[at - 1];
    if (before === undefined) continue;
    const around = { least, most: before + 360 };
    if (span(around) < span(best)) best = around;
  }
  return best;
}

const span = ({ least, most }: Extent): number => most - least;
const mid = ({ least, most }: Extent): number => (least + most) / 2;
