/** The colours that an AVIF file describes by code points (ISO/IEC 14496-12, 12.1.5). libvips ignores them. */
import { type FileHandle, open } from 'node:fs/promises';
import { findMeta } from '../formats/heif-meta.ts';
import { type DescribedColour, describeVideoCodePoints } from './code-points.ts';

/** More than the properties of any picture take. */
const MAX_META_BYTES = 1024 * 1024;

interface Box {
  readonly type: string;
  readonly content: Buffer;
}

/**
 * Reads the first `colr` box of the picture's properties. With several pictures in a file, such as a picture and its alpha, the one that is shown
 * comes first.
 *
 * @returns null for sRGB, and if there is no description.
 */
export async function readAvifColour(path: string): Promise<DescribedColour | null> {
  const file = await open(path);
  try {
    const properties = findBox(findBox(await readMeta(file), 'iprp'), 'ipco');
    const nclx = listBoxes(properties).find(
      ({ type, content }) => type === 'colr' && content.toString('latin1', 0, 4) === 'nclx',
    );
    if (!nclx || nclx.content.length < 8) return null;
    return describeVideoCodePoints(nclx.content.readUInt16BE(4), nclx.content.readUInt16BE(6));
  } finally {
    await file.close();
  }
}

/** Returns the content of the box `meta`, behind its version and flags. */
async function readMeta(file: FileHandle): Promise<Buffer | undefined> {
  const place = await findMeta(file);
  if (!place) return undefined;
  const { buffer } = await file.read(Buffer.alloc(Math.min(place.size, MAX_META_BYTES)), {
    position: place.at,
  });
  return buffer.subarray(12);
}

const findBox = (bytes: Buffer | undefined, wanted: string): Buffer | undefined =>
  listBoxes(bytes).find(({ type }) => type === wanted)?.content;

function listBoxes(bytes: Buffer = Buffer.alloc(0)): Box[] {
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    if (size < 8) break;
    boxes.push({
      type: bytes.toString('latin1', at + 4, at + 8),
      content: bytes.subarray(at + 8, at + size),
    });
    at += size;
  }
  return boxes;
}
