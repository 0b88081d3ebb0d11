/** Says what a TIFF file holds before libvips opens it: which directory is the picture, and whether it can be read. */
import { findRaw, type RawFile } from './camera-raw.ts';
import { type TiffDirectory, TiffFile } from './tiff-file.ts';
import { describeLayout, findUnreadable, readLayout } from './tiff-layout.ts';
import { findMissingParts, isEmpty, listParts } from './tiff-parts.ts';

interface TiffPicture {
  /** Directory of the picture: a page, or a sub-directory of one. The first picture if there is no page of the requested number. */
  readonly page: number;
  readonly subDirectory: number | null;
  /** How many directories are pages: neither masks nor smaller copies of others. */
  readonly pages: number;
  readonly tiled: boolean;
  /** Completes "… have no data"; null: all strips or tiles have. */
  readonly empty: string | null;
  /** Completes "it is …" when libvips cannot read the picture. */
  readonly unreadable: string | null;
  /** Completes "is damaged: …" when strips or tiles lie beyond the end of the file. */
  readonly damage: string | null;
  /** As for errors: "a TIFF with 6 samples per pixel of 8 bits, uncompressed". */
  readonly layout: string;
}

/** Which directory is the picture: the first that is no thumbnail, the one with most pixels, or a page counted from 0. */
export type PageChoice = 'first' | 'largest' | number;

export type TiffContent = { readonly picture: TiffPicture } | { readonly raw: RawFile };

/** @returns null when the file has no readable directory. */
export const inspectTiff = (path: string, choice: PageChoice): Promise<TiffContent | null> =>
  TiffFile.use(path, (file) => {
    if (!file || file.directories.length === 0) return null;
    const raw = findRaw(file);
    return raw ? { raw } : { picture: describePicture(file, choice) };
  });

function describePicture(file: TiffFile, choice: PageChoice): TiffPicture {
  const pages = file.directories.map((directory, page) => ({ directory, page, subDirectory: null }));
  const wholePages = pages.filter(({ directory }) => !isReduced(directory));
  const chosen = typeof choice === 'number' ? wholePages[choice] : undefined;
  const found = chosen ?? (choice === 'largest' ? findLargest : findPicture)(file);
  const { directory, page, subDirectory } = found;
  const layout = readLayout(directory);
  const parts = listParts(directory, layout);
  const empty = parts?.filter(isEmpty).length ?? 0;
  return {
    page,
    subDirectory,
    pages: wholePages.length,
    tiled: layout.tiled,
    empty: empty > 0 ? `${empty} of its ${parts?.length} ${layout.tiled ? 'tiles' : 'strips'}` : null,
    unreadable: findUnreadable(layout),
    damage: findMissingParts(parts, file, layout) ?? (file.isCut ? 'it ends before its directories' : null),
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
function findLargest(file: TiffFile): Place {
  let largest = findPicture(file);
  let most = countPixels(largest.directory);
  for (const place of listDirectories(file)) {
    const pixels = countPixels(place.directory);
    const isEarlier = place.page < largest.page && pixels === most;
    if (pixels > most || isEarlier) [largest, most] = [place, pixels];
  }
  return largest;
}

/** Lists the directories of all pages, each followed by those below it. Masks are left out. */
export function listDirectories(file: TiffFile): Place[] {
  const places: Place[] = [];
  for (const [page, directory] of file.directories.entries()) {
    places.push({ directory, page, subDirectory: null });
    for (const [subDirectory, below] of directory.subDirectories.entries())
      places.push({ directory: below, page, subDirectory });
  }
  return places.filter(({ directory }) => (directory.number('subfileType', 0) & 4) === 0);
}

/** Returns the number of pixels that the header of a directory states. */
export const countPixels = (directory: TiffDirectory): number =>
  directory.number('width', 0) * directory.number('height', 0);

/** Returns the first directory that is neither a reduced image nor a mask; of the pages, then below the first one. */
function findPicture(file: TiffFile): Place {
  const [first] = file.directories;
  if (!first) throw new TypeError('The file has no directory');
  for (const [page, directory] of file.directories.entries())
    if (!isReduced(directory)) return { directory, page, subDirectory: null };
  for (const [subDirectory, directory] of first.subDirectories.entries())
    if (!isReduced(directory)) return { directory, page: 0, subDirectory };
  return { directory: first, page: 0, subDirectory: null };
}

/** Bits of NewSubfileType: 1 reduced image, 4 mask. SubfileType 2: reduced image. */
const isReduced = (directory: TiffDirectory): boolean =>
  (directory.number('subfileType', 0) & 5) !== 0 || directory.number('oldSubfileType', 1) === 2;
