/** Says what a TIFF file holds before libvips opens it: which directory is the picture, and whether it can be read. */
import { findRaw, type RawFile } from './camera-raw.ts';
import { type TiffDirectory, TiffFile } from './tiff-file.ts';

interface TiffPicture {
  /** Directory of the picture: a page, or a sub-directory of one. */
  readonly page: number;
  readonly subDirectory: number | null;
  readonly tiled: boolean;
  /** Completes "it is …" when libvips cannot read the picture. */
  readonly unreadable: string | null;
  /** Completes "is damaged: …" when strips or tiles lie beyond the end of the file. */
  readonly damage: string | null;
  /** As for errors: "a TIFF with 6 samples per pixel of 8 bits, uncompressed". */
  readonly layout: string;
}

/** Which directory is the picture: the first that is no thumbnail, or the one with most pixels. */
export type PageChoice = 'first' | 'largest';

export type TiffContent = { readonly picture: TiffPicture } | { readonly raw: RawFile };

/** @returns null when the file has no readable directory. */
export const inspectTiff = (path: string, choice: PageChoice): Promise<TiffContent | null> =>
  TiffFile.use(path, async (file) => {
    if (!file || file.directories.length === 0) return null;
    const raw = await findRaw(file);
    return raw ? { raw } : { picture: await describePicture(file, choice) };
  });

async function describePicture(file: TiffFile, choice: PageChoice): Promise<TiffPicture> {
  const { directory, page, subDirectory } = await (choice === 'largest' ? findLargest : findPicture)(file);
  const layout = await readLayout(directory);
  return {
    page,
    subDirectory,
    tiled: layout.tiled,
    unreadable: findUnreadable(layout),
    damage:
      (await findMissingParts(file, directory, layout)) ??
      (file.isCut ? 'it ends before its directories' : null),
    layout: describeLayout(layout),
  };
}

interface Place {
  readonly directory: TiffDirectory;
  readonly page: number;
  readonly subDirectory: number | null;
}

/** Returns the directory with most pixels that is no mask, of all pages and below them; the first of several. */
async function findLargest(file: TiffFile): Promise<Place> {
  let largest = await findPicture(file);
  let most = await countPixels(largest.directory);
  for (const place of await listDirectories(file)) {
    const pixels = await countPixels(place.directory);
    const isEarlier = place.page < largest.page && pixels === most;
    if (pixels > most || isEarlier) [largest, most] = [place, pixels];
  }
  return largest;
}

/** Lists the directories of all pages, each followed by those below it. Masks are left out. */
export async function listDirectories(file: TiffFile): Promise<Place[]> {
  const places: Place[] = [];
  for (const [page, directory] of file.directories.entries()) {
    places.push({ directory, page, subDirectory: null });
    for (const [subDirectory, below] of (await file.subDirectories(directory)).entries())
      places.push({ directory: below, page, subDirectory });
  }
  const masks = await Promise.all(places.map(({ directory }) => directory.number('subfileType', 0)));
  return places.filter((_, index) => ((masks[index] ?? 0) & 4) === 0);
}

/** Returns the number of pixels that the header of a directory states. */
export const countPixels = async (directory: TiffDirectory): Promise<number> =>
  (await directory.number('width', 0)) * (await directory.number('height', 0));

/** Returns the first directory that is neither a reduced image nor a mask; of the pages, then below the first one. */
async function findPicture(file: TiffFile): Promise<Place> {
  const [first] = file.directories;
  if (!first) throw new TypeError('The file has no directory');
  for (const [page, directory] of file.directories.entries())
    if (!(await isReduced(directory))) return { directory, page, subDirectory: null };
  for (const [subDirectory, directory] of (await file.subDirectories(first)).entries())
    if (!(await isReduced(directory))) return { directory, page: 0, subDirectory };
  return { directory: first, page: 0, subDirectory: null };
}

/** Bits of NewSubfileType: 1 reduced image, 4 mask. SubfileType 2: reduced image. */
const isReduced = async (directory: TiffDirectory): Promise<boolean> =>
  ((await directory.number('subfileType', 0)) & 5) !== 0 ||
  (await directory.number('oldSubfileType', 1)) === 2;

interface Layout {
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

async function readLayout(directory: TiffDirectory): Promise<Layout> {
  const bits = await directory.numbers('bits');
  return {
    width: await directory.number('width', 0),
    height: await directory.number('height', 0),
    bits: bits.length > 0 ? bits : [1],
    samples: await directory.number('samples', 1),
    compression: await directory.number('compression', 1),
    photometric: await directory.number('photometric', null),
    separate: (await directory.number('planar', 1)) === 2,
    float: (await directory.number('sampleFormat', 1)) === 3,
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
  6: ['compressed with old-style JPEG', true],
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

/** What is neither black, white, RGB, palette, CMYK, YCbCr, CIELab nor LogLuv. */
const colourSpaces: Readonly<Record<number, string>> = {
  4: 'a transparency mask',
  9: 'ICC Lab colours',
  10: 'ITU Lab colours',
  32803: 'unprocessed sensor data (CFA)',
  34892: 'unprocessed sensor data (linear raw)',
};

/** Samples that libvips reads; CMYK with alpha has 5. */
const MAX_SAMPLES = 5;

function findUnreadable({ compression, samples, separate, tiled, photometric, bits }: Layout): string | null {
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
  8: 'CIELab',
  32844: 'LogL',
  32845: 'LogLuv',
};

function describeLayout(layout: Layout): string {
  const { bits, samples, compression, photometric, separate, float, tiled } = layout;
  const colours = photometrics[photometric ?? -1] ?? `photometric interpretation ${photometric}`;
  const depth = `${samples} × ${bits[0]}-bit ${float ? 'floating point ' : ''}samples`;
  const [name = ''] = compressions[compression] ?? [];
  return `a TIFF (${colours}, ${depth}, ${name}${tiled ? ', tiled' : ''}${separate ? ', separate planes' : ''})`;
}

/** Compares where strips or tiles are with the size of the file. */
async function findMissingParts(
  file: TiffFile,
  directory: TiffDirectory,
  layout: Layout,
): Promise<string | null> {
  const { tiled } = layout;
  const unit = tiled ? 'tiles' : 'strips';
  const offsets = await directory.numbers(tiled ? 'tileOffsets' : 'stripOffsets');
  const lengths = await directory.numbers(tiled ? 'tileByteCounts' : 'stripByteCounts');
  const expected = await countParts(directory, layout);
  if (offsets.length < expected)
    return `its list of ${unit} is incomplete or lies beyond the end of the file`;
  const starts = offsets.slice(0, expected);
  const empty = starts.filter((offset, part) => offset === 0 || lengths[part] === 0).length;
  if (empty > 0) return `${empty} of its ${expected} ${unit} are not stored (a sparse TIFF)`;
  const beyond = starts.filter((offset, part) => isBeyond(offset, lengths[part], file.size, layout)).length;
  return beyond > 0 ? `${beyond} of its ${expected} ${unit} lie beyond the end of the file` : null;
}

/** Byte counts of uncompressed strips are often wrong, and libtiff computes them; so only the start counts. */
const isBeyond = (
  offset: number,
  length: number | undefined,
  size: number,
  { compression }: Layout,
): boolean => offset >= size || (compression !== 1 && offset + (length ?? 0) > size);

async function countParts(directory: TiffDirectory, layout: Layout): Promise<number> {
  const { width, height, samples, separate, tiled } = layout;
  const planes = separate ? samples : 1;
  const rows = tiled
    ? await directory.number('tileHeight', height)
    : Math.min(height, await directory.number('rowsPerStrip', height));
  const columns = tiled ? await directory.number('tileWidth', width) : width;
  return Math.ceil(width / Math.max(1, columns)) * Math.ceil(height / Math.max(1, rows)) * planes;
}
