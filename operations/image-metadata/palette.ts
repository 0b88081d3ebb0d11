/** The few colours that a picture is made of: k-means in OKLab (B. Ottosson, 2020), where distance is what eyes see. */

export interface PaletteColour {
  /** #rrggbb. */
  readonly hex: string;
  /** Share of the opaque pixels, 0 to 1. */
  readonly share: number;
}

type Lab = readonly [number, number, number];

interface Cluster {
  readonly centre: Lab;
  readonly weight: number;
}

const ROUNDS = 12;
/** Distance in OKLab below which two colours of a palette would look alike. */
const ALIKE = 0.06;
const LEAST_SHARE = 0.005;

/**
 * `pixels`: red, green, blue, alpha, a byte each. At most `most` colours, the largest share first; none of a picture that
 * is transparent throughout. The same pixels give the same palette.
 */
export function computePalette(pixels: Uint8Array, most: number): PaletteColour[] {
  const points = histogram(pixels);
  const total = sum(points);
  if (total === 0) return [];
  let clusters = seeds(points, most).map((centre) => ({ centre, weight: 0 }));
  for (let round = 0; round < ROUNDS; round++) clusters = assign(points, clusters);
  return merged(clusters)
    .sort((a, b) => b.weight - a.weight)
    .filter(({ weight }) => weight / total >= LEAST_SHARE)
    .map(({ centre, weight }) => ({ hex: toHex(centre), share: Number((weight / total).toFixed(3)) }));
}

/** Pixels of nearly one colour (5 bits a channel) counted together, with the mean of what they are. */
function histogram(pixels: Uint8Array): Cluster[] {
  const bins = new Map<number, { red: number; green: number; blue: number; count: number }>();
  for (let at = 0; at + 3 < pixels.length; at += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = pixels.subarray(at, at + 4);
    if (alpha < 128) continue;
    const key = ((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3);
    const bin = bins.get(key) ?? { red: 0, green: 0, blue: 0, count: 0 };
    bin.red += red;
    bin.green += green;
    bin.blue += blue;
    bin.count++;
    bins.set(key, bin);
  }
  return [...bins.values()].map(({ red, green, blue, count }) => ({
    centre: toLab(red / count, green / count, blue / count),
    weight: count,
  }));
}

/** The most frequent colour, then each time the one that is far from all so far and frequent: no dice. */
function seeds(points: readonly Cluster[], most: number): Lab[] {
  const nearest = new Float64Array(points.length).fill(1);
  const chosen: Lab[] = [];
  while (chosen.length < Math.min(most, points.length)) {
    let best = 0;
    const worth = (index: number) => (nearest[index] ?? 0) * (points[index]?.weight ?? 0);
    for (let index = 1; index < points.length; index++) if (worth(index) > worth(best)) best = index;
    const seed = points[best]?.centre;
    if (!seed || worth(best) === 0) break;
    chosen.push(seed);
    for (const [index, { centre }] of points.entries()) {
      const away = distance(centre, seed);
      nearest[index] = chosen.length === 1 ? away : Math.min(nearest[index] ?? 0, away);
    }
  }
  return chosen;
}

function assign(points: readonly Cluster[], clusters: readonly Cluster[]): Cluster[] {
  const sums = clusters.map(() => ({ l: 0, a: 0, b: 0, weight: 0 }));
  for (const { centre, weight } of points) {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (const [index, cluster] of clusters.entries()) {
      const away = distance(centre, cluster.centre);
      if (away < least) [best, least] = [index, away];
    }
    const into = sums[best];
    if (!into) continue;
    into.l += centre[0] * weight;
    into.a += centre[1] * weight;
    into.b += centre[2] * weight;
    into.weight += weight;
  }
  return sums
    .filter(({ weight }) => weight > 0)
    .map(({ l, a, b, weight }) => ({ centre: [l / weight, a / weight, b / weight], weight }));
}

/** Joins the two that are most alike until none look alike. */
function merged(clusters: readonly Cluster[]): Cluster[] {
  let rest = [...clusters];
  for (;;) {
    const pairs = rest.flatMap((one, i) => rest.slice(i + 1).map((two) => ({ one, two })));
    const [closest] = pairs.sort((p, q) => apart(p) - apart(q));
    if (!closest || apart(closest) >= ALIKE ** 2) return rest;
    const { one, two } = closest;
    const weight = one.weight + two.weight;
    const mean = (channel: 0 | 1 | 2) =>
      (one.centre[channel] * one.weight + two.centre[channel] * two.weight) / weight;
    const both: Cluster = { centre: [mean(0), mean(1), mean(2)], weight };
    rest = [...rest.filter((cluster) => cluster !== one && cluster !== two), both];
  }
}

const apart = ({ one, two }: { one: Cluster; two: Cluster }): number => distance(one.centre, two.centre);

/** Squared. */
const distance = (p: Lab, q: Lab): number => (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2 + (p[2] - q[2]) ** 2;

const sum = (clusters: readonly Cluster[]): number =>
  clusters.reduce((total, { weight }) => total + weight, 0);

function toLab(red: number, green: number, blue: number): Lab {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function toHex([lightness, a, b]: Lab): string {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${channels.map((value) => byte(value).toString(16).padStart(2, '0')).join('')}`;
}

function linear(value: number): number {
  const v = value / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

function byte(value: number): number {
  const v = value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
  return Math.round(Math.min(1, Math.max(0, v)) * 255);
}
