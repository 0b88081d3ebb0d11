/** Pictures and things that are none, made for tests of operations on pictures. */
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

const colours = {
  red: [255, 0, 0],
  green: [0, 255, 0],
  blue: [0, 0, 255],
  white: [255, 255, 255],
  black: [0, 0, 0],
} as const;

type Colour = readonly [number, number, number];

/** Red and green above, blue and white below: 80 × 40, so that every turn and every mirror shows. */
export function quarters(width = 80, height = 40): Sharp {
  const raw = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [left, right] = y < height / 2 ? [colours.red, colours.green] : [colours.blue, colours.white];
      raw.set(x < width / 2 ? left : right, (y * width + x) * 3);
    }
  }
  return sharp(raw, { raw: { width, height, channels: 3 } });
}

export const plain = (width: number, height: number, background = '#c83214'): Sharp =>
  sharp({ create: { width, height, channels: background.length === 9 ? 4 : 3, background } });

/** Noise, which no encoder can make small. */
export const noise = (width: number, height: number): Sharp =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 50 },
    },
  });

export interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Red, green, blue and, where there is one, alpha; x and y from 0 to 1. */
  at(x: number, y: number): number[];
}

/** As a viewer shows it, but not turned. */
export async function decode(bytes: Uint8Array): Promise<Decoded> {
  const { data, info } = await sharp(bytes).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const at = (x: number, y: number) => {
    const start = (Math.floor(y * (height - 1)) * width + Math.floor(x * (width - 1))) * channels;
    return [...data.subarray(start, start + channels)];
  };
  return { width, height, channels, at };
}

/** Names of the colours in the middle of the four quarters: top left, top right, bottom left, bottom right. */
export async function quartersOf(bytes: Uint8Array): Promise<(string | undefined)[]> {
  const { at } = await decode(bytes);
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)].map(nameOf);
}

function nameOf(pixel: readonly number[]): string | undefined {
  const near = (colour: Colour) =>
    colour.every((value, channel) => Math.abs(value - (pixel[channel] ?? -999)) < 24);
  return Object.entries(colours).find(([, colour]) => near(colour))?.[0];
}

/** Black, 1 bit a pixel, compressed a thousandfold. Valid to the last byte. */
export function pngBomb(width: number, height: number): Buffer {
  return pngFile({ width, height, bits: 1, type: 0 }, Buffer.alloc((Math.ceil(width / 8) + 1) * height));
}

/** `type`: colour type, 0 grey, 2 RGB. `rows`: each begins with its filter. `chunks` come before the pixels. */
export function pngFile(
  { width, height, bits, type }: { width: number; height: number; bits: number; type: number },
  rows: Buffer,
  chunks: readonly (readonly [string, Buffer])[] = [],
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bits;
  header[9] = type;
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...chunks.map(([name, data]) => chunk(name, data)),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)]);
}
