/** A page of thumbnails. */
import { escapeMarkup } from '../lib/escape-markup.ts';
import type { GalleryOptions, Summary } from './entry.ts';
import { indexPage } from './file-names.ts';
import { htmlPage, isolateText } from './html.ts';

/** `number` from 1; `entries`: those of this page. */
export function buildIndexPage(
  { title, description }: GalleryOptions,
  entries: readonly Summary[],
  place: { readonly number: number; readonly pages: number; readonly total: number; readonly map: boolean },
): string {
  const { number, pages, total, map } = place;
  const paging = pages > 1 ? pageLinks(number, pages) : '';
  const counted = `${total} ${total === 1 ? 'picture' : 'pictures'}${pages > 1 ? `, page ${number} of ${pages}` : ''}`;
  return htmlPage({
    title: number === 1 ? title : `${title} (page ${number})`,
    root: '',
    header: [
      `<h1>${isolateText(title)}</h1>`,
      number === 1 && description !== '' ? `<p class="description">${isolateText(description)}</p>` : '',
      `<p>${counted}</p>`,
      map ? '<nav aria-label="Views"><ul><li><a href="map.html">Map</a></li></ul></nav>' : '',
    ]
      .filter((part) => part !== '')
      .join('\n'),
    main: `<ul class="grid">\n${entries.map(thumbnail).join('\n')}\n</ul>`,
    ...(paging === '' ? {} : { footer: paging }),
  });
}

function thumbnail({ page, caption, thumbnail: { path, width, height } }: Summary): string {
  // The caption is the text of the link; screen readers would read an equal alt text twice.
  const alt = caption === '' ? 'Picture without a caption' : '';
  return (
    `<li><a href="${escapeMarkup(page)}"><img src="${escapeMarkup(path)}" width="${width}" height="${height}" loading="lazy" ` +
    `decoding="async" alt="${alt}">${caption === '' ? '' : `<span>${isolateText(caption)}</span>`}</a></li>`
  );
}

/** The first, the last, and those around the current one. */
function pageLinks(number: number, pages: number): string {
  const near = [1, number - 2, number - 1, number, number + 1, number + 2, pages];
  const shown = [...new Set(near)].filter((page) => page >= 1 && page <= pages);
  const items = shown.map((page, at) => {
    const gap = page - (shown[at - 1] ?? page) > 1 ? '<li aria-hidden="true">…</li>' : '';
    if (page === number) return `${gap}<li><a href="${indexPage(page)}" aria-current="page">${page}</a></li>`;
    return `${gap}<li><a href="${indexPage(page)}"${relation(page - number)}>${page}</a></li>`;
  });
  return `<nav aria-label="Pages"><ul>${items.join('')}</ul></nav>`;
}

const relation = (away: number): string => (away === -1 ? ' rel="prev"' : away === 1 ? ' rel="next"' : '');
