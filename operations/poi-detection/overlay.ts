/** Copies of a picture: as it is, and with a ring around each point. */
import sharp, { type Sharp } from 'sharp';
import type { Size } from './plane.ts';
import type { Stain } from './stains.ts';
import type { DetectedPoint } from './tile.ts';

/** Colours that no stain has, distinguishable with red-green colour blindness. */
const colours: Readonly<Record<Stain, readonly [number, number, number]>> = {
  haematoxylin: [255, 230, 0],
  eosin: [0, 200, 80],
  dab: [0, 220, 255],
};

/** Minimum radius of a ring, in pixels of the overlay. */
const MIN_RADIUS = 1.5;
const LINE = 1.4;

/** Resized copy of the stored picture, 3 bytes per pixel. */
type Copy = Size & { readonly data: Uint8Array };

/** Size of the picture, to which the points refer. */
type Full = Size & { readonly orientation: number };

/** Writes the copy as JPEG. */
export async function writeSlide(copy: Copy, full: Full, path: string): Promise<void> {
  await (await orient(copy, full)).jpeg({ quality: 85 }).toFile(path);
}

/** Writes the copy with a ring around each point as PNG. */
export async function writeOverlay(
  copy: Copy,
  points: readonly DetectedPoint[],
  full: Full,
  path: string,
): Promise<void> {
  const { width, height } = copy;
  const data = Uint8Array.from(copy.data);
  const scale = width / full.width;
  for (const { x, y, radius, channel } of points) {
    const middle = { x: (x + 0.5) * scale - 0.5, y: (y + 0.5) * scale - 0.5 };
    drawRing({ data, width, height }, middle, Math.max(MIN_RADIUS, radius * scale), colours[channel]);
  }
  await (await orient({ data, width, height }, full)).png().toFile(path);
}

/** Turns a copy of the stored picture as it is shown. */
async function orient({ data, width, height }: Copy, { orientation }: Full): Promise<Sharp> {
  const stored = sharp(data, { raw: { width, height, channels: 3 } });
  if (orientation === 1) return stored;
  const turned = await stored.withMetadata({ orientation }).tiff({ compression: 'none' }).toBuffer();
  return sharp(turned).autoOrient();
}

function drawRing(
  { data, width, height }: Copy,
  middle: { readonly x: number; readonly y: number },
  radius: number,
  colour: readonly [number, number, number],
): void {
  const reach = radius + LINE;
  const [top, bottom] = [Math.max(0, Math.ceil(middle.y - reach)), Math.min(height - 1, middle.y + reach)];
  const [left, right] = [Math.max(0, Math.ceil(middle.x - reach)), Math.min(width - 1, middle.x + reach)];
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const off = Math.abs(Math.hypot(x - middle.x, y - middle.y) - radius);
      const share = Math.min(1, LINE / 2 + 0.5 - off);
      if (share <= 0) continue;
      for (const [channel, value] of colour.entries()) {
        const at = (y * width + x) * 3 + channel;
        data[at] = Math.round((data[at] ?? 0) * (1 - share) + value * share);
      }
    }
  }
}
