/** What can be shown of a result file, by its media type and size. */
import type { FileEntry } from '../../src/client/client.ts';

/** Larger files are not read into memory only to be looked at. */
export const LARGEST_PREVIEW = 20_000_000;
/** Thumbnails come by themselves, so they are to cost less. */
export const LARGEST_THUMBNAIL = 5_000_000;

/** Formats that browsers draw. SVG too: as a picture it runs no script. */
const pictures = /^image\/(jpeg|png|webp|avif|gif|svg\+xml|bmp)\b/;
const texts = /^(text\/(?!html)|application\/([\w.+-]+\+)?(json|xml|yaml|x-ndjson)\b)/;
/** What browsers show in a tab of its own; the server keeps such files from running scripts. */
const pages = /^(text\/html|application\/pdf)\b/;

export type Shown = 'picture' | 'text' | 'page' | 'nothing';

export function shownAs({ media_type, size }: Pick<FileEntry, 'media_type' | 'size'>): Shown {
  if (pictures.test(media_type)) return size <= LARGEST_PREVIEW ? 'picture' : 'nothing';
  if (texts.test(media_type)) return 'text';
  return pages.test(media_type) ? 'page' : 'nothing';
}
