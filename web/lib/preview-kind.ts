/** What can be shown of a result file, by its media type and size. */
import type { FileEntry } from '../../src/client/client.ts';

/** Larger files are not read into memory only to be looked at. */
export const MAX_PREVIEW_BYTES = 20_000_000;
/** Thumbnails come by themselves, so they are to cost less. */
export const MAX_THUMBNAIL_BYTES = 5_000_000;

/** Formats that browsers draw. SVG too: as a picture it runs no script. */
const pictures = /^image\/(jpeg|png|webp|avif|gif|svg\+xml|bmp)\b/;
const texts = /^(text\/(?!html)|application\/([\w.+-]+\+)?(json|xml|yaml|x-ndjson)\b)/;
/** What browsers show in a tab of its own; the server keeps such files from running scripts. */
const pages = /^(text\/html|application\/pdf)\b/;

export type PreviewKind = 'picture' | 'text' | 'page' | 'nothing';

export function previewKind({ media_type, size }: Pick<FileEntry, 'media_type' | 'size'>): PreviewKind {
  if (pictures.test(media_type)) return size <= MAX_PREVIEW_BYTES ? 'picture' : 'nothing';
  if (texts.test(media_type)) return 'text';
  return pages.test(media_type) ? 'page' : 'nothing';
}
