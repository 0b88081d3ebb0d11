/** Detects the kind of a file by its first bytes. Names and declared media types are ignored. */

/** Enough for every signature below, and for markup after a comment. */
export const HEAD_BYTES = 1024;

export type FileKind =
  /** A picture that is passed to libvips. */
  | { readonly picture: true }
  /** Anything else; `is` completes "it …". */
  | { readonly picture: false; readonly is: string };

const picture: FileKind = { picture: true };
const other = (is: string): FileKind => ({ picture: false, is });

const unreadable = (format: string): FileKind =>
  other(`is in ${format} format, which this server cannot read; convert it to JPEG, PNG or WebP`);

/** Offset, bytes (as Latin-1) and kind. The first match wins. */
const signatures: readonly (readonly [number, string, FileKind])[] = [
  [0, '\xff\xd8\xff', picture],
  [0, '\x89PNG\r\n\x1a\n', picture],
  [0, 'GIF87a', picture],
  [0, 'GIF89a', picture],
  [8, 'WEBP', picture],
  [0, 'II*\0', picture],
  [0, 'MM\0*', picture],
  [0, 'II+\0', picture],
  [0, 'MM\0+', picture],
  [4, 'ftypavif', picture],
  [4, 'ftypavis', picture],
  [4, 'ftypmif1', picture],
  [4, 'ftyphei', unreadable('HEIC')],
  [4, 'ftyphev', unreadable('HEIC')],
  [4, 'ftyp', other('looks like a video')],
  [0, 'BM', unreadable('BMP')],
  [0, '8BPS', unreadable('Photoshop')],
  [0, '\xff\x0a', unreadable('JPEG XL')],
  [4, 'JXL ', unreadable('JPEG XL')],
  [4, 'jP  ', unreadable('JPEG 2000')],
  [128, 'DICM', unreadable('DICOM')],
  [0, '%PDF-', other('looks like a PDF document')],
  [0, 'PK\x03\x04', other('looks like a ZIP archive')],
  [0, '\x1f\x8b', other('looks like a gzip archive')],
];

/** SVG is rejected: it may refer to other files, has no size limit, and needs fonts. */
const markup: readonly (readonly [RegExp, string])[] = [
  [/<svg[\s>]/i, 'is an SVG drawing, which is not accepted here; render it to PNG first'],
  [/<(!doctype html|html|head|body)[\s>]/i, 'looks like an HTML page'],
  [/^</, 'looks like an XML document'],
  [/^[{[]/, 'looks like JSON'],
];

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters distinguish binary from text
const binary = /[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]/;

/** @param head - The first HEAD_BYTES of the file, or all of it. */
export function detectFileKind(head: Uint8Array): FileKind {
  if (head.length === 0) return other('is empty');
  const bytes = Buffer.from(head).toString('latin1');
  const signature = signatures.find(([offset, magic]) => bytes.startsWith(magic, offset));
  if (signature) return signature[2];
  if (binary.test(bytes)) return other('has no known picture signature');
  const text = bytes.replace(/^\xef\xbb\xbf/, '').trimStart();
  const found = markup.find(([pattern]) => pattern.test(text));
  return other(found ? found[1] : 'looks like text');
}
