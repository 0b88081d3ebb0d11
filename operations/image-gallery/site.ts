/** Generates all text files of a gallery in sequence. Memory hardly grows with the number of pictures. */
import { readRecords } from '../lib/records.ts';
import type { Entry, GalleryOptions, Summary } from './entry.ts';
import { indexPage } from './file-names.ts';
import { buildImagePage } from './image-page.ts';
import { buildIndexPage } from './index-page.ts';
import { buildMapPage, hasLocation } from './map-page.ts';
import { icon, stylesheet } from './style.ts';

/** A text file of the site. */
export interface SiteFile {
  readonly path: string;
  readonly content: string | AsyncIterable<string>;
  /** Position of its asset, where it is about one. */
  readonly asset?: number;
}

/** @param workspace - Where `readRecords` finds the entries. */
export async function* buildSite(look: GalleryOptions, workspace: string): AsyncGenerator<SiteFile> {
  const summaries: Summary[] = [];
  for await (const entry of readRecords<Entry>(workspace)) summaries.push(toSummary(entry));
  const total = summaries.length;
  const pages = Math.max(1, Math.ceil(total / look.page_size));
  const placed = look.map ? summaries.filter(hasLocation) : [];
  const map = placed.length > 0;

  for (let number = 1; number <= pages; number++) {
    const entries = summaries.slice((number - 1) * look.page_size, number * look.page_size);
    yield { path: indexPage(number), content: buildIndexPage(look, entries, { number, pages, total, map }) };
  }
  if (map) yield { path: 'map.html', content: buildMapPage(look, placed) };
  yield { path: 'style.css', content: stylesheet };
  yield { path: 'icon.svg', content: icon };
  yield { path: 'data.json', content: streamData(look, workspace) };
  let at = 0;
  for await (const entry of readRecords<Entry>(workspace)) {
    const { before, after } = { before: summaries[at - 1], after: summaries[at + 1] };
    const indexNumber = Math.floor(at / look.page_size) + 1;
    const content = buildImagePage(look, entry, { before, after, indexNumber, map });
    yield { path: pagePath(entry), content, asset: entry.index };
    at++;
  }
}

/** Streams the gallery as JSON, one line per entry. */
async function* streamData(
  { title, description }: GalleryOptions,
  workspace: string,
): AsyncGenerator<string> {
  yield `{"title":${JSON.stringify(title)},"description":${JSON.stringify(description)},"entries":[`;
  let between = '\n';
  for await (const entry of readRecords<Entry>(workspace)) {
    yield between + JSON.stringify(entry);
    between = ',\n';
  }
  yield '\n]}\n';
}

const toSummary = (entry: Entry): Summary => {
  const { index, caption, thumbnail, location } = entry;
  return { index, caption, thumbnail, location, page: pagePath(entry) };
};

function pagePath({ page, name }: Entry): string {
  if (page === null) throw new Error(`"${name}" has no page`);
  return page;
}
