/** A map of the pictures' locations: points on a graticule, without map tiles. */
import { escapeMarkup } from '../lib/escape-markup.ts';
import type { GalleryOptions, Summary } from './entry.ts';
import { htmlPage, isolateText } from './html.ts';
import {
  fitScale,
  formatDegrees,
  formatPosition,
  graticuleLines,
  type MapScale,
  type Position,
} from './map-scale.ts';

/** Pixels. Points within this distance are drawn as one. */
const CLUSTER = 14;
const KILOMETRES_A_DEGREE = 111.32;

type Placed = Summary & { readonly location: Position };

export const hasLocation = (entry: Summary): entry is Placed => entry.location !== null;

/** @param entries - At least one. */
export function buildMapPage({ title }: GalleryOptions, entries: readonly Placed[]): string {
  const items = entries.map(
    ({ page, caption, index, location }) =>
      `<li><a href="${page}">${isolateText(entryTitle({ caption, index }))}</a> ${formatPosition(location)}</li>`,
  );
  return htmlPage({
    title: `Map – ${title}`,
    root: '',
    header: `<h1>Map: ${isolateText(title)}</h1>\n<nav aria-label="Views"><ul><li><a href="index.html">All pictures</a></li></ul></nav>`,
    main: `${drawing(entries)}\n<h2>Places</h2>\n<ul class="places">\n${items.join('\n')}\n</ul>`,
  });
}

function drawing(entries: readonly Placed[]): string {
  const scale = fitScale(entries.map(({ location }) => location));
  const { width, height } = scale;
  return [
    `<svg class="map" viewBox="0 0 ${width} ${height}" role="group" aria-label="Map of ${entries.length} places">`,
    graticule(scale),
    scaleBar(scale),
    ...clusterEntries(entries, scale).map(dot),
    '</svg>',
  ].join('\n');
}

function graticule({ west, east, south, north, step, width, height, project }: MapScale): string {
  const digits = Math.max(0, Math.ceil(-Math.log10(step)));
  const middle = { latitude: (south + north) / 2, longitude: (west + east) / 2 };
  const perDegree = width / (east - west);
  const wide = step * Math.max(1, Math.ceil(110 / (perDegree * step)));
  const meridians = graticuleLines(west, east, wide).map((value) => {
    const x = px((value - west) * perDegree);
    return {
      line: `M${x} 0V${height}`,
      text: label(Number(x) + 4, height - 6, formatDegrees(value, 'longitude', digits)),
    };
  });
  const parallels = graticuleLines(Math.max(-90, south), Math.min(90, north), step).map((value) => {
    const y = px(project({ ...middle, latitude: value }).y);
    return {
      line: `M0 ${y}H${width}`,
      text: label(4, Number(y) - 4, formatDegrees(value, 'latitude', digits)),
    };
  });
  const all = [...meridians, ...parallels];
  const lines = all.map(({ line }) => line).join('');
  return `<path class="lines" d="${lines}"/>\n<g aria-hidden="true">${all.map(({ text }) => text).join('')}</g>`;
}

const label = (x: number, y: number, text: string): string =>
  `<text x="${px(x)}" y="${px(y)}">${text}</text>`;

/** Returns a scale bar of a round length; none on maps of continents, where the scale varies. */
function scaleBar({ north, south, width, height }: MapScale): string {
  if (north - south > 20) return '';
  const perPixel = ((north - south) / height) * KILOMETRES_A_DEGREE;
  const most = perPixel * width * 0.25;
  const power = 10 ** Math.floor(Math.log10(most));
  const length = ([5, 2, 1].find((factor) => factor * power <= most) ?? 1) * power;
  const words = length >= 1 ? `${length} km` : `${Math.round(length * 1000)} m`;
  const left = width - 20 - length / perPixel;
  return `<path class="scale" d="M${px(left)} 24v6H${width - 20}v-6"/>${label(left, 18, words)}`;
}

interface Cluster {
  readonly x: number;
  readonly y: number;
  readonly entries: readonly [Placed, ...Placed[]];
}

/** Groups points that would overlap, at the position of the first. */
function clusterEntries(entries: readonly Placed[], { project }: MapScale): Cluster[] {
  const found = new Map<string, { x: number; y: number; entries: [Placed, ...Placed[]] }>();
  for (const entry of entries) {
    const { x, y } = project(entry.location);
    const key = `${Math.round(x / CLUSTER)} ${Math.round(y / CLUSTER)}`;
    const cluster = found.get(key);
    if (cluster) cluster.entries.push(entry);
    else found.set(key, { x, y, entries: [entry] });
  }
  return [...found.values()];
}

function dot({ x, y, entries }: Cluster): string {
  const [first, ...others] = entries;
  const name = entryTitle(first);
  const words = others.length === 0 ? name : `${name} and ${others.length} more`;
  const radius = others.length === 0 ? 6 : Math.min(16, 8 + Math.log2(entries.length));
  const count =
    others.length === 0
      ? ''
      : `<text x="${px(x)}" y="${px(y + 4.5)}" aria-hidden="true">${entries.length}</text>`;
  return (
    `<a href="${first.page}" aria-label="${escapeMarkup(words)}"><title>${escapeMarkup(words)}</title>` +
    `<circle cx="${px(x)}" cy="${px(y)}" r="${px(radius)}"/>${count}</a>`
  );
}

const entryTitle = ({ caption, index }: Pick<Summary, 'caption' | 'index'>): string =>
  caption === '' ? `Picture ${index + 1}` : caption;

const px = (value: number): string => String(Number(value.toFixed(1)));
