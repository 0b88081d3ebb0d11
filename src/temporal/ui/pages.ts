/** The files of Temporal's Web UI, read from the archive without unpacking it. */
import { buffer } from 'node:stream/consumers';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { UI_PAGES } from './release.ts';

/** Files by path, such as `_app/version.json`. */
type ReadPage = (path: string) => Promise<Buffer | null>;

/** Opens the archive. The returned function resolves with null for a path that the UI does not have. */
export async function openPages(archive: string): Promise<ReadPage> {
  const zip = await openPromise(archive, { autoClose: false, lazyEntries: true });
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.startsWith(UI_PAGES)) entries.set(entry.fileName.slice(UI_PAGES.length), entry);
  }
  return async (path) => {
    const entry = entries.get(path);
    return entry === undefined ? null : readEntry(zip, entry);
  };
}

const readEntry = async (zip: ZipFile, entry: Entry): Promise<Buffer> =>
  buffer(await zip.openReadStreamPromise(entry));
