/** Finds damage in the metadata of AVIF files that libheif passes over and browsers refuse. AV1 data has no checksum. */
import { type FileHandle, open } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { readSequenceHeader } from './av1-sequence.ts';
import { type HeifItems, readItems } from './heif-items.ts';
import { readMeta } from './heif-meta.ts';
import { InvalidBox } from './iso-box.ts';

/** More than sequence headers of still pictures take, and what may be in front of them. */
const SEQUENCE_BYTES = 256;

/** The last number of ITU-T H.273, table 4. 3 is reserved. */
const MAX_MATRIX = 17;

/** References of pictures to their parts: alpha, tiles, and premultiplied alpha. */
const PARTS = /^(auxl|dimg|prem)$/;

/** @returns what completes "is damaged: …"; null when no damage shows. */
export async function findAvifDamage(path: string): Promise<string | null> {
  const file = await open(path);
  try {
    const meta = await readMeta(file, { strict: true });
    if (!meta) return null;
    const items = readItems(meta);
    if (!items.types.has(items.primary)) return 'its primary picture is missing';
    const parts = items.references.filter(({ type }) => PARTS.test(type));
    if (parts.some(({ from, to }) => [from, ...to].some((id) => !items.types.has(id))))
      return 'a part of its picture is missing';
    for (const [id, type] of items.types) {
      const contradiction = type === 'av01' && (await findContradiction(file, items, id));
      if (contradiction) return contradiction;
    }
    return null;
  } catch (error) {
    if (error instanceof InvalidBox) return `its box ${printable(error.type)} is invalid`;
    throw error;
  } finally {
    await file.close();
  }
}

/** Compares what different places say of one coded picture. */
async function findContradiction(
  file: FileHandle,
  { properties, places }: HeifItems,
  item: number,
): Promise<string | null> {
  const used = properties.get(item) ?? [];
  const count = (wanted: string) => used.filter(({ type }) => type === wanted).length;
  if (count('av1C') !== 1 || count('ispe') !== 1)
    return 'a picture in it lacks its configuration or its size';
  const depths = new Set(used.flatMap(({ depth }) => depth ?? []));
  if (depths.size > 1) return 'it contradicts itself about the bits per channel';
  const stated = used.find(({ av1 }) => av1)?.av1;
  const place = places.get(item);
  if (!stated || place === undefined) return null;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(SEQUENCE_BYTES), 0, SEQUENCE_BYTES, place);
  const coded = readSequenceHeader(buffer.subarray(0, bytesRead));
  if (!coded) return null;
  if (coded.matrix === 3 || coded.matrix > MAX_MATRIX) return 'it codes its colours in an unknown way';
  return isDeepStrictEqual(coded.format, stated)
    ? null
    : 'it contradicts itself about the format of its pixels';
}

const printable = (type: string): string => (/^[ -~]{4}$/.test(type) ? type : 'of an unknown type');
