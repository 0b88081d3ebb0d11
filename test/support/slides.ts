/** Pictures of stained tissue with known nuclei, made by the same law of absorption that detection undoes. */
import sharp from 'sharp';

interface Nucleus {
  readonly x: number;
  readonly y: number;
  /** Of the circle of the same area. */
  readonly radius: number;
  readonly stain: 'haematoxylin' | 'dab';
}

interface SlideOptions {
  readonly seed?: number;
  readonly width?: number;
  readonly height?: number;
  readonly nuclei?: number;
  /** Share of the nuclei that have another that touches them. */
  readonly touching?: number;
  readonly stains?: 'he' | 'hdab';
  /** How much darker the light is at the right and at the bottom. */
  readonly shade?: number;
  /** Of the strength of nuclei: from and to. */
  readonly strength?: readonly [number, number];
  readonly radius?: readonly [number, number];
  /** Standard deviation of the noise of the camera, of 255. */
  readonly noise?: number;
  /** Tissue only in the middle, an ellipse of this share of width and height; clear glass around it. */
  readonly island?: number;
}

interface Slide {
  readonly png: Buffer;
  readonly nuclei: readonly Nucleus[];
}

const vectors = {
  haematoxylin: [0.65, 0.704, 0.286],
  eosin: [0.093, 0.954, 0.283],
  dab: [0.268, 0.57, 0.776],
} as const;

export async function slide(options: SlideOptions = {}): Promise<Slide> {
  const { seed = 1, width = 640, height = 512, stains = 'he', shade = 0.2, noise = 5, island } = options;
  const random = randomFrom(seed);
  const nuclei = scattered(random, width, height, options);
  const density = new Float32Array(width * height * 3);
  for (const { x, y, radius, stain } of nuclei) {
    const [least, most] = options.strength ?? [0.35, 0.9];
    paint(
      density,
      width,
      height,
      { x, y, radius, strength: least + (most - least) * random() },
      stain,
      random,
    );
  }
  const pixels = Buffer.alloc(width * height * 3);
  const tissue = stains === 'he' ? vectors.eosin : vectors.haematoxylin;
  const amount = stains === 'he' ? 0.2 : 0.06;
  const waves = Array.from({ length: 6 }, () => [random() * 0.03, random() * 0.03, random() * 7] as const);
  const normals = Float32Array.from({ length: 4096 }, () => noise * normal(random));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let texture = 0;
      for (const [a, b, phase] of waves) texture += Math.sin(a * x + b * y + phase) / 6;
      const cover = island === undefined ? 1 : coverage(x / width, y / height, island);
      const light = 240 * (1 - (shade * (x / width + y / height)) / 2);
      for (let channel = 0; channel < 3; channel++) {
        const at = (y * width + x) * 3 + channel;
        const od = (density[at] ?? 0) + cover * amount * (1 + 0.6 * texture) * (tissue[channel] ?? 0);
        const grain = normals[Math.floor(random() * normals.length)] ?? 0;
        pixels[at] = Math.max(0, Math.min(255, Math.round(light * 10 ** -od + grain)));
      }
    }
  }
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return { png, nuclei };
}

/** Returns 1 within the ellipse of an island, 0 outside, with a soft edge. */
const coverage = (x: number, y: number, island: number): number =>
  1 / (1 + Math.exp((Math.hypot(2 * x - 1, 2 * y - 1) - island) / 0.01));

/** mulberry32: the same numbers for the same seed, 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function scattered(random: () => number, width: number, height: number, options: SlideOptions): Nucleus[] {
  const {
    nuclei: wanted = 125,
    island,
    touching = 0.3,
    stains = 'he',
    radius: [least, most] = [5, 11],
  } = options;
  const placed: Nucleus[] = [];
  const free = (x: number, y: number, radius: number, but?: Nucleus) =>
    x > radius + 2 &&
    y > radius + 2 &&
    x < width - radius - 2 &&
    y < height - radius - 2 &&
    (island === undefined || coverage(x / width, y / height, island - 0.06) > 0.5) &&
    placed.every(
      (other) => other === but || Math.hypot(other.x - x, other.y - y) > (other.radius + radius) * 1.25 + 2,
    );
  for (let tries = 0; tries < wanted * 100 && placed.length < wanted; tries++) {
    const radius = least + (most - least) * random();
    const stain = stains === 'hdab' && random() < 0.4 ? 'dab' : 'haematoxylin';
    const one: Nucleus = { x: random() * width, y: random() * height, radius, stain };
    if (!free(one.x, one.y, radius)) continue;
    placed.push(one);
    if (random() >= touching / (2 - touching)) continue;
    const angle = 2 * Math.PI * random();
    const away = radius * 2 * (0.88 + 0.12 * random());
    const [x, y] = [one.x + away * Math.cos(angle), one.y + away * Math.sin(angle)];
    if (free(x, y, radius, one)) placed.push({ x, y, radius, stain });
  }
  return placed;
}

/** An ellipse with a soft edge, and grain. */
function paint(
  density: Float32Array,
  width: number,
  height: number,
  { x, y, radius, strength }: { x: number; y: number; radius: number; strength: number },
  stain: keyof typeof vectors,
  random: () => number,
): void {
  const turn = Math.PI * random();
  const stretch = Math.sqrt(1 + 0.3 * random());
  const reach = Math.ceil(radius * stretch + 4);
  for (let row = Math.max(0, Math.floor(y) - reach); row <= Math.min(height - 1, y + reach); row++) {
    for (
      let column = Math.max(0, Math.floor(x) - reach);
      column <= Math.min(width - 1, x + reach);
      column++
    ) {
      const [dx, dy] = [column - x, row - y];
      const along = (dx * Math.cos(turn) + dy * Math.sin(turn)) / stretch;
      const across = (dy * Math.cos(turn) - dx * Math.sin(turn)) * stretch;
      const inside = 1 / (1 + Math.exp((Math.hypot(along, across) - radius) / 0.6));
      const amount = strength * inside * (0.85 + 0.3 * random());
      for (let channel = 0; channel < 3; channel++) {
        const at = (row * width + column) * 3 + channel;
        density[at] = Math.max(density[at] ?? 0, amount * (vectors[stain][channel] ?? 0));
      }
    }
  }
}

interface Match {
  /** Share of what was found that is there. */
  readonly precision: number;
  /** Share of what is there that was found. */
  readonly recall: number;
  /** Pixels from the middle that was found to the one that is there, and of the radii: on average. */
  readonly offset: number;
  readonly radiusError: number;
}

export interface Circle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Pairs off what is nearest, each once, and not farther apart than 0.6 radii. */
export function matched(found: readonly Circle[], real: readonly Circle[]): Match {
  const pairs = found
    .flatMap((one) =>
      real.map((other) => ({ one, other, distance: Math.hypot(one.x - other.x, one.y - other.y) })),
    )
    .filter(({ other, distance }) => distance <= 0.6 * other.radius)
    .sort((a, b) => a.distance - b.distance);
  const taken = new Set<Circle>();
  const good = pairs.filter(({ one, other }) => {
    if (taken.has(one) || taken.has(other)) return false;
    taken.add(one).add(other);
    return true;
  });
  const mean = (of: (pair: (typeof good)[number]) => number) =>
    good.reduce((sum, pair) => sum + of(pair), 0) / good.length;
  return {
    precision: good.length / found.length,
    recall: good.length / real.length,
    offset: mean(({ distance }) => distance),
    radiusError: mean(({ one, other }) => Math.abs(one.radius - other.radius)),
  };
}
