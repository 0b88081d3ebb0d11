/** The bytes of a ZIP, produced while they are read. */
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { CentralDirectory, localHeader, type ZipEntry } from '../../lib/zip.ts';

export interface ZipSource extends ZipEntry {
  /** Called when the bytes are needed, for one entry at a time. */
  readonly open: () => Promise<Readable | ReadableStream<Uint8Array>>;
}

/** Small pieces are joined up to this many bytes. */
const PIECE = 64 * 1024;

/**
 * Streams an archive. Fails when an entry fails or does not have its size: the bytes up to then are never a complete ZIP.
 * A cancelled or failed stream destroys the open source, and opens no other.
 */
export function zipStream(entries: readonly ZipSource[]): ReadableStream<Uint8Array> {
  let source: Readable | null = null;
  let cancelled = false;

  async function* readEntry({ name, size, open }: ZipSource): AsyncGenerator<Uint8Array> {
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
  async function* encode(): AsyncGenerator<Uint8Array> {
    const directory = new CentralDirectory();
    let offset = 0;
    for (const entry of entries) {
      if (cancelled) return;
      const header = localHeader(entry);
      directory.add(entry, offset);
      offset += header.length + entry.size;
      yield header;
      if (entry.size > 0) yield* readEntry(entry);
    }
    yield* directory.encode(offset);
  }

  const chunks = encode();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const pieces: Uint8Array[] = [];
        for (let size = 0; size < PIECE; ) {
          const { done, value } = await chunks.next().catch(hideError);
          if (done) break;
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
        // Waits for the entry that is being read, whose source was just destroyed.
        chunks.return(undefined).catch(() => {});
      },
    },
    { highWaterMark: 0 },
  );
}

/** Replaces an error by what a server may show. */
const hideError = (cause: unknown): never => {
  throw new Error('The ZIP broke off, because a file could not be read', { cause });
};
