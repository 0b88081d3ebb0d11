/** Says what a TIFF file holds before libvips opens it: which directory is the picture, and whether it can be read. */
import { findRaw, type RawFile } from './camera-raw.ts';
import { type TiffDirectory, TiffFile } from './tiff-file.ts';
import { describeLayout, findUnreadable, readLayout } from './tiff-layout.ts';
import { findMissingParts, listParts } from './tiff-parts.ts';

interface TiffPicture {
  /** Directory of the picture: a page, or a sub-directory of one. */
  readonly page: number;
  readonly subDirectory: number | null;
  /** How many directories are pages: neither masks nor smaller copies of others. */
  readonly pages: number;
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
    pages: (await Promise.all(file.directories.map(isReduced))).filter((reduced) => !reduced).length,
    tiled: layout.tiled,
    unreadable: findUnreadable(layout),
    damage:
      findMissingParts(await listParts(directory, layout), file, layout) ??
      (file.isCut ? 'it ends before its directories' : null),
    layout: describeLayout(layout),
  };
}

/** A directory and where it is in the file. */
export interface Place {
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
