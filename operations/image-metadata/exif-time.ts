/** Times in EXIF data. */
import type { TiffFile } from '../lib/formats/tiff-file.ts';

/** Years before photography come from programs that had no date. */
const FIRST_YEAR = 1826;

/** The tags of a time and of its offset from UTC, the best time first: original, digitized, file changed. */
const times = [
  { tag: 0x9003, offset: 0x9011 },
  { tag: 0x9004, offset: 0x9012 },
  { tag: 0x0132, offset: 0x9010 },
] as const;

/**
 * Returns when a picture was taken, as `2026-11-21T09:30:00`, with the offset from UTC if it is known. Undefined if the
 * data has no time that exists.
 */
export function readTakenAt({ directories: [image] }: TiffFile): string | undefined {
  const photo = image?.directory('exifDirectory');
  for (const { tag, offset } of times) {
    const time = (tag === 0x0132 ? image : photo)?.text(tag) ?? '';
    const taken = parseTime(time, photo?.text(offset) ?? '');
    if (taken !== undefined) return taken;
  }
  return undefined;
}

/** `2026:11:21 09:30:00` by the standard. Some programs write ISO 8601, or append fractions or an offset. */
const pattern = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.\d*)?\s*(Z|[+-]\d\d:\d\d)?$/;

function parseTime(time: string, offset: string): string | undefined {
  const [, year = '', month, day, hour, minute, second, ownOffset] = pattern.exec(time.trim()) ?? [];
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const date = new Date(`${local}Z`);
  if (Number(year) < FIRST_YEAR || Number.isNaN(date.getTime())) return undefined;
  // `Date` turns 30 February into 2 March.
  if (date.toISOString().slice(0, 19) !== local) return undefined;
  const zone = ownOffset ?? offset.trim();
  return /^(Z|[+-](0\d|1[0-4]):[0-5]\d)$/.test(zone) ? local + zone : local;
}
