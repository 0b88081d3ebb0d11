/** Says what a HEIF file holds: its pictures, its animation, and the colours of its primary picture. */
import { open } from 'node:fs/promises';
import { type HeifItems, readItems } from './heif-items.ts';
import { readFileBox, readMeta } from './heif-meta.ts';
import { type BoxReader, InvalidBox } from './iso-box.ts';

export interface HeifContent {
  /** Whether the file has a still picture. An image sequence may be without. */
  readonly hasPrimary: boolean;
  /** Pictures that a viewer lists: without thumbnails, parts of others, and alternatives. */
  readonly pictures: number;
  /** Where the data of all pictures ends, in bytes from the start of the file. */
  readonly end: number;
  /** Frames of its image sequence; 0 without one. */
  readonly frames: number;
  /** Type of the coded picture that its primary picture is, or is derived from: `av01` or `hvc1` in AVIF and HEIC. */
  readonly coding: string | null;
  /** How its primary picture codes colours. Null: the file does not say, or has a profile alone. */
  readonly codePoints: readonly [primaries: number, transfer: number] | null;
  /** Whether the colours of its primary picture are multiplied by alpha. */
  readonly isPremultiplied: boolean;
}

/** @returns null when the metadata cannot be read. Damage is for `findAvifDamage` and the decoders. */
export async function readHeifContent(path: string): Promise<HeifContent | null> {
  const file = await open(path);
  try {
    const meta = await readMeta(file, { strict: false });
    const movie = await readFileBox(file, 'moov', { strict: false });
    const items = meta && readItems(meta);
    const hasPrimary = items?.types.has(items.primary) ?? false;
    const sources = items && hasPrimary ? listSources(items) : [];
    const described = sources.flatMap((id) => items?.properties.get(id) ?? []);
    return {
      hasPrimary,
      end: items?.end ?? 0,
      pictures: items ? countPictures(items) : 0,
      frames: movie ? countFrames(movie) : 0,
      coding: sources.map((id) => items?.types.get(id)).findLast((type) => type !== undefined) ?? null,
      // A derived picture without a description has the colours of what it is derived from.
      codePoints: described.find(({ codePoints }) => codePoints)?.codePoints ?? null,
      isPremultiplied:
        items?.references.some(({ type, from }) => type === 'prem' && from === items.primary) ?? false,
    };
  } catch (error) {
    if (error instanceof InvalidBox || error instanceof RangeError) return null;
    throw error;
  } finally {
    await file.close();
  }
}

/** Coded pictures, and pictures that are derived from others. A tone-mapped one (`tmap`) shows the same as its base. */
const PICTURE = /^(av01|avc1|evc1|hvc1|j2k1|jpeg|lhv1|vvc1|unci|grid|iden|iovl)$/;

function countPictures({ types, hidden, references, alternatives, primary }: HeifItems): number {
  const parts = new Set(hidden);
  for (const { type, from, to } of references) {
    if (/^(thmb|auxl)$/.test(type)) parts.add(from);
    if (type === 'dimg') for (const id of to) parts.add(id);
  }
  // The base of a tone-mapped picture is a part of it.
  parts.delete(primary);
  const listed = new Set(
    [...types].flatMap(([id, type]) => (PICTURE.test(type) && !parts.has(id) ? [id] : [])),
  );
  for (const group of alternatives)
    for (const id of group.filter((one) => listed.has(one)).slice(1)) listed.delete(id);
  return Math.max(1, listed.size);
}

/** Items between a picture and the coded pictures that it is derived from. */
const MAX_DERIVATIONS = 4;

/** Lists the primary picture, and the first of what it is derived from, such as its first tile. */
function listSources({ primary, references }: HeifItems): number[] {
  const sources = [primary];
  while (sources.length <= MAX_DERIVATIONS) {
    const next = references.find(({ type, from }) => type === 'dimg' && from === sources.at(-1))?.to[0];
    if (next === undefined) break;
    sources.push(next);
  }
  return sources;
}

/** Returns the frames of the first track of pictures in a box `moov` (ISO/IEC 14496-12, 8.7.3). */
function countFrames(movie: BoxReader): number {
  for (const track of movie.boxes()) {
    if (track.type !== 'trak') continue;
    const found = describeTrack(track.content);
    if (/^(pict|vide)$/.test(found.handler)) return found.samples;
  }
  return 0;
}

interface Track {
  handler: string;
  samples: number;
}

function describeTrack(box: BoxReader, track: Track = { handler: '', samples: 0 }): Track {
  for (const { type, content } of box.boxes()) {
    if (/^(mdia|minf|stbl)$/.test(type)) describeTrack(content, track);
    if (type === 'hdlr') {
      content.bytes(8);
      track.handler = content.fourCharacters();
    }
    if (type === 'stsz') {
      content.bytes(8);
      track.samples = content.number(4);
    }
  }
  return track;
}
