/** The layout of a TIFF picture, and which layouts libvips reads. */
import type { TiffDirectory } from './tiff-file.ts';

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly bits: readonly number[];
  readonly samples: number;
  readonly compression: number;
  readonly photometric: number | null;
  readonly separate: boolean;
  readonly float: boolean;
  readonly tiled: boolean;
}

/** Reads the tags that describe how pixels are stored. */
export function readLayout(directory: TiffDirectory): Layout {
  const bits = directory.numbers('bits');
  return {
    width: directory.number('width', 0),
    height: directory.number('height', 0),
    bits: bits.length > 0 ? bits : [1],
    samples: directory.number('samples', 1),
    compression: directory.number('compression', 1),
    photometric: directory.number('photometric', null),
    separate: directory.number('planar', 1) === 2,
    float: directory.number('sampleFormat', 1) === 3,
    tiled: directory.has('tileWidth'),
  };
}

/** Compressions by number; `false`: libvips cannot read it. */
const compressions: Readonly<Record<number, readonly [name: string, readable: boolean]>> = {
  1: ['uncompressed', true],
  2: ['compressed with CCITT RLE', true],
  3: ['compressed with CCITT Group 3', true],
  4: ['compressed with CCITT Group 4', true],
  5: ['compressed with LZW', true],
  6: ['compressed with old-style JPEG', false],
  7: ['compressed with JPEG', true],
  8: ['compressed with Deflate', true],
  32766: ['compressed with NeXT RLE', true],
  32771: ['compressed with CCITT RLE', true],
  32773: ['compressed with PackBits', true],
  32809: ['compressed with ThunderScan', true],
  32909: ['compressed with PixarLog', true],
  32946: ['compressed with Deflate', true],
  33003: ['compressed with JPEG 2000', false],
  33005: ['compressed with JPEG 2000', false],
  34661: ['compressed with JBIG', false],
  34676: ['compressed with SGI LogLuv', true],
  34677: ['compressed with SGI LogLuv', true],
  34712: ['compressed with JPEG 2000', false],
  34887: ['compressed with LERC', false],
  34925: ['compressed with LZMA', false],
  34933: ['compressed with PNG', false],
  50000: ['compressed with Zstandard', false],
  50001: ['compressed with WebP', true],
  50002: ['compressed with JPEG XL', false],
  52546: ['compressed with JPEG XL', false],
};

/** What is neither black, white, RGB, palette, CMYK, YCbCr nor LogLuv. libvips takes D65 for the white of CIELab, which is D50. */
const colourSpaces: Readonly<Record<number, string>> = {
  4: 'a transparency mask',
  8: 'CIELab colours',
  9: 'ICC Lab colours',
  10: 'ITU Lab colours',
  32803: 'unprocessed sensor data (CFA)',
  34892: 'unprocessed sensor data (linear raw)',
};

/** Samples that libvips reads; CMYK with alpha has 5. */
const MAX_SAMPLES = 5;

/** Completes "it is …" when libvips cannot read the layout; null: it can. */
export function findUnreadable({
  compression,
  samples,
  separate,
  tiled,
  photometric,
  bits,
}: Layout): string | null {
  const [name, readable] = compressions[compression] ?? [`compressed with method ${compression}`, false];
  if (!readable) return `a TIFF ${name}`;
  if (samples > MAX_SAMPLES) return `a TIFF with ${samples} samples per pixel (bands)`;
  if (tiled && separate && samples > 1) return 'a tiled TIFF with separate planes';
  const colours = photometric === null ? undefined : colourSpaces[photometric];
  if (colours) return `a TIFF with ${colours}`;
  if (bits.some((depth) => depth > 32)) return `a TIFF with ${Math.max(...bits)} bits per sample`;
  return null;
}

const photometrics: Readonly<Record<number, string>> = {
  0: 'grey',
  1: 'grey',
  2: 'RGB',
  3: 'palette',
  5: 'CMYK',
  6: 'YCbCr',
  32844: 'LogL',
  32845: 'LogLuv',
};

/** @returns "a TIFF (RGB, 3 × 8-bit samples, uncompressed)". */
export function describeLayout(layout: Layout): string {
  const { bits, samples, compression, photometric, separate, float, tiled } = layout;
  const colours = photometrics[photometric ?? -1] ?? `photometric interpretation ${photometric}`;
  const depth = `${samples} × ${bits[0]}-bit ${float ? 'floating point ' : ''}samples`;
  const [name = ''] = compressions[compression] ?? [];
  return `a TIFF (${colours}, ${depth}, ${name}${tiled ? ', tiled' : ''}${separate ? ', separate planes' : ''})`;
}
