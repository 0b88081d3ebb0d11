/** Detects the kind of a file by its first bytes. Names and declared media types are ignored. */

/** Enough for every signature below, and for markup after a comment. */
export const HEAD_BYTES = 1024;

/** Formats of pictures that are opened here. `heif` is the container of AVIF and HEIC. */
export type Format = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'heif';

export type FileKind =
  | { readonly format: Format }
  /** Camera raw that is not built like TIFF 6.0, such as "Fujifilm RAF". */
  | { readonly raw: string }
  /** Anything else; `is` completes "it …". */
  | { readonly is: string };

const other = (is: string): FileKind => ({ is });
const unreadable = (format: string): FileKind => other(explainUnreadable(`${article(format)} file`));
const article = (noun: string): string => `${/^[AEFHILMNORSX][A-Z]|^[AEIO]/.test(noun) ? 'an' : 'a'} ${noun}`;

/** @param what - "a camera raw file (Nikon NEF)". @returns what completes "it …". */
export const explainUnreadable = (what: string): string =>
  `is ${what}, which this server cannot read; convert it to JPEG, PNG or WebP`;

/** Offset, bytes (as Latin-1) and kind. The first match wins. */
const signatures: readonly (readonly [number, string, FileKind])[] = [
  [0, '\xff\xd8\xff', { format: 'jpeg' }],
  // Apple's variant, which Xcode writes into apps: a chunk in front of the header, other compression and order of channels.
  [0, '\x89PNG\r\n\x1a\n\0\0\0\x04CgBI', unreadable('PNG (of Apple, CgBI)')],
  [0, '\x89PNG\r\n\x1a\n', { format: 'png' }],
  [0, 'GIF87a', { format: 'gif' }],
  [0, 'GIF89a', { format: 'gif' }],
  [0, 'II*\0', { format: 'tiff' }],
  [0, 'MM\0*', { format: 'tiff' }],
  [0, 'II+\0', { format: 'tiff' }],
  [0, 'MM\0+', { format: 'tiff' }],
  [0, 'IIRO', { raw: 'Olympus ORF' }],
  [0, 'IIRS', { raw: 'Olympus ORF' }],
  [0, 'MMOR', { raw: 'Olympus ORF' }],
  [0, 'IIU\0', { raw: 'Panasonic RW2' }],
  [0, 'FUJIFILMCCD-RAW', { raw: 'Fujifilm RAF' }],
  [4, 'ftypcrx ', { raw: 'Canon CR3' }],
  [6, 'HEAPCCDR', { raw: 'Canon CRW' }],
  [0, 'FOVb', { raw: 'Sigma X3F' }],
  [0, '\0MRM', { raw: 'Minolta MRW' }],
  [0, 'BM', unreadable('BMP')],
  [0, '8BPS', unreadable('Photoshop')],
  [0, '\xff\x0a', unreadable('JPEG XL')],
  [4, 'JXL \r\n', unreadable('JPEG XL')],
  [4, 'jP  \r\n', unreadable('JPEG 2000')],
  [0, '\xff\x4f\xff\x51', unreadable('JPEG 2000')],
  [0, 'II\xbc\x01', unreadable('JPEG XR')],
  [0, '\x76\x2f\x31\x01', unreadable('OpenEXR')],
  [0, '#?RADIANCE', unreadable('Radiance HDR')],
  [0, 'gimp xcf', unreadable('GIMP XCF')],
  [0, 'qoif', unreadable('QOI')],
  [0, 'DDS ', unreadable('DDS')],
  [0, '\0\0\x01\0', unreadable('ICO')],
  // In colour without a palette. TGA has no signature.
  [0, '\0\0\x02\0\0\0\0\0', unreadable('TGA')],
  [0, '\0\0\x0a\0\0\0\0\0', unreadable('TGA')],
  [0, '\0\0\x02\0', unreadable('CUR (cursor)')],
  [0, 'icns', unreadable('ICNS')],
  [0, '\x8aMNG\r\n\x1a\n', unreadable('MNG')],
  [0, '\x8bJNG\r\n\x1a\n', unreadable('JNG')],
  [0, 'FLIF', unreadable('FLIF')],
  [0, 'BPG\xfb', unreadable('BPG')],
  [0, '\xabKTX ', unreadable('KTX')],
  [0, '\xd7\xcd\xc6\x9a', unreadable('WMF')],
  [40, ' EMF', unreadable('EMF')],
  [0, '\x01\xda\0\x01', unreadable('SGI')],
  [0, '\x01\xda\x01\x01', unreadable('SGI')],
  [0, '\x59\xa6\x6a\x95', unreadable('Sun raster')],
  [0, '\x0a\x05\x01', unreadable('PCX')],
  [0, '/* XPM */', unreadable('XPM')],
  [0, 'AT&TFORM', unreadable('DjVu')],
  [0, 'SIMPLE  =', unreadable('FITS')],
  [128, 'DICM', unreadable('DICOM')],
  [0, '%PDF-', other('looks like a PDF document')],
  [0, '%!PS', other('looks like a PostScript document')],
  [0, 'PK\x03\x04', other('looks like a ZIP archive')],
  [0, '\x1f\x8b', other('looks like a gzip archive')],
  [0, '7z\xbc\xaf\x27\x1c', other('looks like a 7-Zip archive')],
  [0, 'Rar!\x1a\x07', other('looks like a RAR archive')],
  [0, '\x1a\x45\xdf\xa3', other('looks like a video')],
  [0, 'OggS', other('looks like an audio or video file')],
  [0, 'ID3', other('looks like an audio file')],
  [0, 'fLaC', other('looks like an audio file')],
];

/** Types of RIFF files, at byte 8. */
const riffTypes: Readonly<Record<string, FileKind>> = {
  WEBP: { format: 'webp' },
  'AVI ': other('looks like a video'),
  WAVE: other('looks like an audio file'),
};

/** Brands of ISO base media files that are pictures: the major one, or one that the file is compatible with. The others are videos. */
const heif = /^(avif|avis|heic|heix|heim|heis|hevc|hevx|hevm|hevs|mif1|mif2|msf1)$/;

/** Whether a file is a picture by its major brand, or by another one and the box `meta`, which videos have elsewhere. */
function isHeif(head: Buffer): boolean {
  const isBrand = (at: number) => heif.test(head.toString('latin1', at, at + 4));
  if (isBrand(8)) return true;
  const end = head.readUInt32BE(0);
  if (head.toString('latin1', end + 4, end + 8) !== 'meta') return false;
  for (let at = 16; at + 4 <= end; at += 4) if (isBrand(at)) return true;
  return false;
}

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
  if (bytes.startsWith('RIFF'))
    return riffTypes[bytes.slice(8, 12)] ?? other('is a RIFF file of another kind');
  if (bytes.startsWith('ftyp', 4))
    return isHeif(Buffer.from(head)) ? { format: 'heif' } : other('looks like a video');
  if (/^P[1-7]\s/.test(bytes)) return other(explainUnreadable('a PNM file'));
  if (/^(?:\/\*.*?\*\/\s*)?#define \w+_width \d/s.test(bytes)) return other(explainUnreadable('an XBM file'));
  if (binary.test(bytes)) return other('has no known picture signature');
  const text = bytes.replace(/^\xef\xbb\xbf/, '').trimStart();
  const found = markup.find(([pattern]) => pattern.test(text));
  return other(found ? found[1] : 'looks like text');
}
