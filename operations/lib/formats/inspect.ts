/** Looks at a file before libvips does: what it is, whether it can be read, and how to open it. */
import { type FileHandle, open } from 'node:fs/promises';
import { readPngAnimation } from './apng.ts';
import type { RawFile } from './camera-raw.ts';
import { type HeifContent, readHeifContent } from './heif-content.ts';
import { findUnreadableJpeg, readFrame } from './jpeg.ts';
import { countPhotographs } from './multi-picture.ts';
import { type PictureSet, toFrames, toPages } from './picture-set.ts';
import { detectFileKind, explainUnreadable, type Format, HEAD_BYTES } from './signature.ts';
import { inspectTiff, type PageChoice } from './tiff.ts';

/** Bytes in which the frame header of a JPEG file lies, behind EXIF data and a colour profile. */
const JPEG_HEAD = 1024 * 1024;

const VIPS_BRANDS = /^(heic|heix|hevc|heim|heis|hevm|hevs|mif1|mif2|msf1|avif)$/;

/** How libvips must open a picture. */
export interface Inspection {
  readonly format: Format;
  /**
   * From which severity on libvips fails. `warning` also finds damaged tiles of TIFF and broken Huffman codes of JPEG;
   * in other formats, warnings are about metadata. `none`: libvips would fail for strips and tiles that are left out.
   */
  readonly failOn: 'none' | 'warning' | 'error';
  /** Directory of TIFF that is the picture; -1: none of its sub-directories. */
  readonly page: number;
  readonly subDirectory: number;
  /** Of HEIF files: whether the picture is coded with HEVC, as in HEIC. */
  readonly isHevc: boolean;
  /** The major brand that a HEIF file needs for libvips; null: it has one that libvips knows. */
  readonly brand: string | null;
  /** Null where the decoder counts them: in GIF and WebP. */
  readonly pages: PictureSet | null;
  /** Completes "… have no data": strips or tiles of a sparse TIFF. */
  readonly empty: string | null;
  /** Completes "is damaged: …", where the directory shows it. */
  readonly damage: string | null;
  /** Completes "it is …" when libvips refuses a file that is not damaged. */
  readonly layout: string | null;
}

export type Inspected =
  | { readonly picture: Inspection }
  | { readonly raw: RawFile }
  /** Completes "it …". */
  | { readonly refused: string };

/** @throws System errors, such as ENOENT. */
export async function inspectFile(path: string, choice: PageChoice = 'first'): Promise<Inspected> {
  const handle = await open(path);
  try {
    const head = await readHead(handle, HEAD_BYTES);
    const kind = detectFileKind(head);
    if ('is' in kind) return { refused: kind.is };
    if ('raw' in kind) return { refused: explainUnreadable(`a camera raw file (${kind.raw})`) };
    if (kind.format === 'tiff') return await inspectTiffFile(path, choice);
    const { format } = kind;
    const content = format === 'heif' ? await readHeifContent(path) : null;
    const jpeg = format === 'jpeg' ? await readHead(handle, JPEG_HEAD) : null;
    const frame = jpeg && readFrame(jpeg);
    const unreadable = frame ? findUnreadableJpeg(frame) : content && findUnreadableHeif(content, head);
    if (unreadable) return { refused: explainUnreadable(unreadable) };
    const failOn = jpeg ? 'warning' : 'error';
    const pages = jpeg
      ? toPages(await countPhotographs(handle, jpeg))
      : format === 'png'
        ? await readPngAnimation(path)
        : content && toPictureSet(content);
    const isHevc = content?.coding === 'hvc1';
    const first = { page: 0, subDirectory: -1, empty: null, damage: null, layout: null };
    const isKnown = format !== 'heif' || VIPS_BRANDS.test(head.toString('latin1', 8, 12));
    const brand = isKnown ? null : isHevc ? 'heic' : 'avif';
    return { picture: { format, failOn, isHevc, brand, pages, ...first } };
  } finally {
    await handle.close();
  }
}

/** Codings of HEIF pictures that no decoder here reads. */
const codings: Readonly<Record<string, string>> = {
  avc1: 'H.264',
  evc1: 'EVC',
  j2k1: 'JPEG 2000',
  jpeg: 'JPEG',
  lhv1: 'layered HEVC',
  unci: 'no codec',
  vvc1: 'VVC',
};

function findUnreadableHeif({ hasPrimary, frames, coding }: HeifContent, head: Buffer): string | null {
  const codec = codings[coding ?? ''];
  if (codec) return `a HEIF picture coded with ${codec}`;
  if (hasPrimary || frames === 0) return null;
  return `${head.includes('avi') ? 'an AVIF' : 'a HEIC'} sequence (animation) without a still picture`;
}

function toPictureSet({ frames, pictures }: HeifContent): PictureSet {
  if (frames <= 1) return { ...toPages(pictures), opened: 'the primary one' };
  const animation = { loop: null, duration_ms: null };
  return { ...toFrames(frames), opened: 'its still picture', animation };
}

async function inspectTiffFile(path: string, choice: PageChoice): Promise<Inspected> {
  const content = await inspectTiff(path, choice);
  if (content === null) {
    const damage = 'it has no readable directory';
    const picture = {
      format: 'tiff',
      failOn: 'error',
      isHevc: false,
      brand: null,
      page: 0,
      subDirectory: -1,
      pages: null,
      empty: null,
      damage,
      layout: null,
    } as const;
    return { picture };
  }
  if ('raw' in content) return content;
  const { page, subDirectory, pages, tiled, empty, unreadable, damage, layout } = content.picture;
  if (unreadable) return { refused: explainUnreadable(unreadable) };
  // With `warning`, libtiff's remarks on unknown tags would fail strips.
  const failOn = empty ? 'none' : tiled ? 'warning' : 'error';
  return {
    picture: {
      format: 'tiff',
      failOn,
      isHevc: false,
      brand: null,
      page,
      subDirectory: subDirectory ?? -1,
      pages: toPages(pages),
      empty,
      damage,
      layout,
    },
  };
}

async function readHead(handle: FileHandle, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
  return buffer.subarray(0, bytesRead);
}
