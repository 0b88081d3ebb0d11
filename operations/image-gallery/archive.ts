/** Writes a gallery as one ZIP archive. It is streamed: gigabytes of pictures need a few megabytes of memory. */
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeZip } from 'client-zip';
import type { SiteFile } from './site.ts';

/** The earliest date of the format, in local time: archives are reproducible byte for byte. */
const lastModified = new Date(1980, 0, 1);

/**
 * Writes `texts` and then the files at `paths` (below `folder`) to a ZIP archive at `target`, uncompressed: pictures are compressed already.
 *
 * @param onEntry - Called before each file.
 * @throws The signal's reason.
 */
export async function writeArchive(
  target: string,
  texts: AsyncIterable<SiteFile>,
  folder: string,
  paths: readonly string[],
  { signal, onEntry }: { readonly signal: AbortSignal; readonly onEntry: () => void },
): Promise<void> {
  async function* entries() {
    for await (const { path: name, content } of texts) {
      onEntry();
      if (typeof content === 'string') yield { name, input: content, lastModified };
      else yield { name, input: encodeTexts(content), lastModified };
    }
    for (const name of paths) {
      onEntry();
      const { size } = await stat(join(folder, name));
      const input = createReadStream(join(folder, name));
      try {
        yield { name, input, size, lastModified };
      } finally {
        input.destroy();
      }
    }
  }
  try {
    await pipeline(Readable.from(readChunks(makeZip(entries()))), createWriteStream(target), { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

async function* encodeTexts(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const text of texts) yield Buffer.from(text);
}

/** Cancels the archive, and closes its open file, when the consumer stops early. */
async function* readChunks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!ended) await reader.cancel();
  }
}
