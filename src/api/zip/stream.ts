/** The bytes of a ZIP, made while they are read. */
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { makeZip, predictLength } from 'client-zip';
import { ZIP64_END_LENGTH, zip64End } from './zip64-end.ts';

export interface ZipEntry {
  /** As it will stand in the ZIP; see `safeNames`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly modified: Date;
  /** Called when the bytes are wanted, for one entry at a time. */
  readonly open: () => Promise<Readable | ReadableStream<Uint8Array>>;
}

/** From here on a plain end record has no room for the number of entries, nor for a size or an offset. */
const MAX_PLAIN_ENTRIES = 0xffff;
const MAX_PLAIN_SIZE = 0xffffffff;

/** Header and data descriptor of an entry, without its name. */
const LOCAL_BYTES = 46;

/** Small pieces are joined up to this many bytes. */
const PIECE = 64 * 1024;

/** Exactly as many bytes as `zipStream` will give. */
export function zipLength(entries: readonly Sized[]): bigint {
  return predicted(entries) + BigInt(needsEnd(entries) ? ZIP64_END_LENGTH : 0);
}

/**
 * Fails when an entry fails or is not of its size: what was read until then is never a whole ZIP. Cancelled or failed, it
 * destroys the source that is open, and opens no other.
 */
export function zipStream(entries: readonly ZipEntry[]): ReadableStream<Uint8Array> {
  const withEnd = needsEnd(entries);
  let source: Readable | null = null;
  let cancelled = false;

  async function* bytesOf({ name, size, open }: ZipEntry): AsyncGenerator<Uint8Array> {
    if (cancelled) return;
    const opened = await open();
    source = opened instanceof Readable ? opened : Readable.fromWeb(opened as WebStream);
    if (cancelled) source.destroy();
    let bytes = 0;
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > size) break;
      yield chunk;
    }
    if (bytes !== size) throw new Error(`${name} should have ${size} bytes, and has ${bytes} or more`);
  }
  function* inputs() {
    for (const entry of entries) {
      if (cancelled) return;
      yield { name: entry.name, lastModified: new ZipDate(entry.modified), input: bytesOf(entry) };
    }
  }

  const reader = makeZip(inputs()).getReader();
  let left = predicted(entries);
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const pieces: Uint8Array[] = [];
        for (let size = 0; size < PIECE; ) {
          const { done, value } = await reader.read().catch(brokenOff);
          if (done) break;
          left -= BigInt(value.length);
          if (left === 0n && withEnd) pieces.push(zip64End(value, entries.length));
          pieces.push(value);
          size += value.length;
        }
        const [first] = pieces;
        if (first === undefined) controller.close();
        else controller.enqueue(pieces.length === 1 ? first : Buffer.concat(pieces));
      },
      cancel: () => {
        cancelled = true;
        source?.destroy();
        // It waits for the entry that is being read, which has just been taken away from it.
        reader.cancel().catch(() => {});
      },
    },
    { highWaterMark: 0 },
  );
}

type Sized = Pick<ZipEntry, 'name' | 'size'>;

const predicted = (entries: readonly Sized[]): bigint =>
  predictLength(entries.map(({ name, size }) => ({ name, size })));

/** client-zip writes ZIP64 end records when sizes call for them, and not when the number of entries does. */
const needsEnd = (entries: readonly Sized[]): boolean =>
  entries.length >= MAX_PLAIN_ENTRIES &&
  entries.every(({ size }) => size < MAX_PLAIN_SIZE) &&
  entries.reduce((offset, { name, size }) => offset + LOCAL_BYTES + Buffer.byteLength(name) + size, 0) <
    MAX_PLAIN_SIZE;

/** What a server may show of an error that ends its answer. */
const brokenOff = (cause: unknown): never => {
  throw new Error('The ZIP broke off, because a file could not be read', { cause });
};

/** A ZIP has times without a zone. These are UTC, so that the bytes do not depend on where they are made. */
class ZipDate extends Date {
  constructor(date: Date) {
    super(Math.min(Math.max(date.getTime(), Date.UTC(1980, 0, 1)), Date.UTC(2107, 11, 31)));
  }
  override getFullYear(): number {
    return this.getUTCFullYear();
  }
  override getMonth(): number {
    return this.getUTCMonth();
  }
  override getDate(): number {
    return this.getUTCDate();
  }
  override getHours(): number {
    return this.getUTCHours();
  }
  override getMinutes(): number {
    return this.getUTCMinutes();
  }
  override getSeconds(): number {
    return this.getUTCSeconds();
  }
}
