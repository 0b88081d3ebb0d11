/** What the first bytes of a file say it is. Names and announced media types are never believed. */

/** Enough for every signature below, and for markup behind a comment or two. */
export const HEAD_BYTES = 1024;

export type Kind =
  /** A picture that libvips is allowed to see. */
  | { readonly picture: true }
  /** Something else, in words that complete "it …". */
  | { readonly picture: false; readonly is: string };

const picture: Kind = { picture: true };
const other = (is: string): Kind => ({ picture: false, is });

const unreadable = (format: string): Kind =>
  other(`is in ${format} format, which this server cannot read; convert it to JPEG, PNG or WebP`);

/** Offset, bytes (as Latin-1), and what they mean. The first that fits wins. */
const signatures: readonly (readonly [number, string, Kind])[] = [
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

/** SVG is text that may name other files, run to any size, and needs fonts: it is refused, not rendered. */
const markup: readonly (readonly [RegExp, string])[] = [
  [/<svg[\s>]/i, 'is an SVG drawing, which is not accepted here; render it to PNG first'],
  [/<(!doctype html|html|head|body)[\s>]/i, 'looks like an HTML page'],
  [/^</, 'looks like an XML document'],
  [/^[{[]/, 'looks like JSON'],
];

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what tells bytes from text
const binary = /[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]/;

/** `head`: the first HEAD_BYTES of the file, or all of it. */
export function kindOf(head: Uint8Array): Kind {
  if (head.length === 0) return other('is empty');
  const bytes = Buffer.from(head).toString('latin1');
  const signature = signatures.find(([offset, magic]) => bytes.startsWith(magic, offset));
  if (signature) return signature[2];
  if (binary.test(bytes)) return other('begins like no picture that this server can read');
  const text = bytes.replace(/^\xef\xbb\xbf/, '').trimStart();
  const found = markup.find(([pattern]) => pattern.test(text));
  return other(found ? found[1] : 'looks like text');
}
