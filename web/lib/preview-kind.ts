/** How the console shows a result file, by its media type, name and size. */
import type { FileEntry } from '../../src/client/client.ts';

/** Larger files are not loaded for a preview. */
export const MAX_PREVIEW_BYTES = 20_000_000;
/** Thumbnails load automatically, so their limit is lower. */
export const MAX_THUMBNAIL_BYTES = 5_000_000;
/** Models are loaded only when their viewer is opened. */
const MAX_MODEL_BYTES = 300_000_000;
/** Larger PDFs open in a new tab. */
const MAX_PDF_BYTES = 100_000_000;

/** Formats that browsers display. An SVG in an image element runs no scripts. */
const pictures = /^image\/(jpeg|png|webp|avif|gif|svg\+xml|bmp)\b/;
const texts = /^(text\/(?!html)|application\/([\w.+-]+\+)?(json|xml|yaml|x-ndjson)\b)/;
const json = /^application\/([\w.+-]+\+)?json\b/;
const videos = /^video\/(mp4|webm|ogg)\b/;
/** Formats that open in a new tab. The server prevents scripts in them. */
const pages = /^(text\/html|application\/pdf)\b/;
const pdfs = /^application\/pdf\b/;
/** PLY has no registered media type. */
const models = /\.(glb|obj|ply)$/i;

export type PreviewKind = 'picture' | 'model' | 'video' | 'json' | 'text' | 'pdf' | 'page' | 'nothing';

export function previewKind({
  path,
  media_type,
  size,
}: Pick<FileEntry, 'path' | 'media_type' | 'size'>): PreviewKind {
  if (pictures.test(media_type)) return size <= MAX_PREVIEW_BYTES ? 'picture' : 'nothing';
  if (models.test(path)) return size <= MAX_MODEL_BYTES ? 'model' : 'nothing';
  if (videos.test(media_type)) return 'video';
  if (json.test(media_type) && size <= MAX_PREVIEW_BYTES) return 'json';
  if (texts.test(media_type)) return 'text';
  if (pdfs.test(media_type) && size <= MAX_PDF_BYTES) return 'pdf';
  return pages.test(media_type) ? 'page' : 'nothing';
}
