/** Several photographs in one JPEG file, as cameras with two lenses write them (CIPA DC-007, Multi-Picture Format). */
import type { FileHandle } from 'node:fs/promises';
import { readFrame, readSegments } from './jpeg.ts';
import { TiffFile } from './tiff-file.ts';

const APP2 = 0xe2;
const PREFIX = Buffer.from('MPF\0', 'latin1');

/** The tag of the list of pictures. An entry has 16 bytes: attributes, length, place, and numbers of others. */
const ENTRIES = 0xb002;
const ENTRY_BYTES = 16;
const MOST_ENTRIES = 100;

/** Kinds of pictures, in the attributes: previews, and views of a scene. The others do not say what they are. */
const KIND = 0xff_ffff;
const [PREVIEW, VIEW] = [0x01, 0x02];

/** Bytes of a picture in which its frame header lies. */
const FRAME_BYTES = 64 * 1024;

/**
 * Counts the photographs of a file. Previews do not count, and neither do gain maps and depth maps, which have another size or
 * one channel.
 *
 * @param head - The first bytes of the file.
 */
export async function countPhotographs(file: FileHandle, head: Buffer): Promise<number> {
  const frame = readFrame(head);
  const index = [...readSegments(head)].find(
    ({ marker, content }) => marker === APP2 && content.subarray(0, PREFIX.length).equals(PREFIX),
  );
  if (!frame || !index) return 1;
  // Places count from the header of the index.
  const start = index.at + 4 + PREFIX.length;
  let count = 1;
  for (const { kind, at } of readEntries(index.content.subarray(PREFIX.length)).slice(1)) {
    if (kind === PREVIEW) continue;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FRAME_BYTES), 0, FRAME_BYTES, start + at);
    const other = readFrame(buffer.subarray(0, bytesRead));
    const isAlike =
      other?.width === frame.width && other.height === frame.height && other.components === frame.components;
    if (other && (kind === VIEW || isAlike)) count++;
  }
  return count;
}

function readEntries(index: Buffer): { kind: number; at: number }[] {
  const file = TiffFile.parse(index);
  const place = file?.directories[0]?.place(ENTRIES);
  const bytes = place && file?.read(place.at, Math.min(place.length, MOST_ENTRIES * ENTRY_BYTES));
  if (!file || !bytes) return [];
  return Array.from({ length: Math.floor(bytes.length / ENTRY_BYTES) }, (_, entry) => ({
    kind: (file.number(bytes, entry * ENTRY_BYTES, 4) & KIND) >> 16,
    at: file.number(bytes, entry * ENTRY_BYTES + 8, 4),
  }));
}
