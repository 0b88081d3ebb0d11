/** How the console previews a result file, by its media type and size. */
import type { FileEntry } from '../../src/client/client.ts';

/** Larger files are not loaded for a preview. */
export const MAX_PREVIEW_BYTES = 20_000_000;
/** Thumbnails load automatically, so their limit is lower. */
export const MAX_THUMBNAIL_BYTES = 5_000_000;

/** Formats that browsers display. An SVG in an image element runs no scripts. */
const pictures = /^image\/(jpeg|png|webp|avif|gif|svg\+xml|bmp)\b/;
const texts = /^(text\/(?!html)|application\/([\w.+-]+\+)?(json|xml|yaml|x-ndjson)\b)/;
/** Formats that open in a new tab. The server prevents scripts in them. */
const pages = /^(text\/html|application\/pdf)\b/;

export type PreviewKind = 'picture' | 'text' | 'page' | 'nothing';

export function previewKind({ media_type, size }: Pick<FileEntry, 'media_type' | 'size'>): PreviewKind {
  if (pictures.test(media_type)) return size <= MAX_PREVIEW_BYTES ? 'picture' : 'nothing';
  if (texts.test(media_type)) return 'text';
  return pages.test(media_type) ? 'page' : 'nothing';
}
