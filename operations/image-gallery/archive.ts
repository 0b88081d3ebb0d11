/** Writes a gallery as one ZIP archive. It is streamed: gigabytes of pictures need a few megabytes of memory. */
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { CentralDirectory, localHeader, localLength } from '../../src/lib/zip.ts';
import type { SiteFile } from './site.ts';

/** The earliest date of the format, so that archives are reproducible byte for byte. */
const modified = new Date(Date.UTC(1980, 0, 1));

type Bytes = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/**
 * Writes `texts` and then the files at `paths` (below `folder`) to a ZIP archive at `target`, uncompressed: pictures are
 * compressed already.
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
  const file = await open(target, 'w');
  try {
    const archive = new ArchiveFile(file, signal);
    for await (const { path, content } of texts) {
      onEntry();
      await archive.add(path, 0, typeof content === 'string' ? [content] : content);
    }
    for (const path of paths) {
      onEntry();
      const { size } = await stat(join(folder, path));
      await archive.add(path, size, createReadStream(join(folder, path)));
    }
    await archive.end();
  } finally {
    await file.close();
  }
}

/** A ZIP in a local file. The header of an entry is written after its bytes, when size and CRC-32 are known. */
class ArchiveFile {
  readonly #file: FileHandle;
  readonly #signal: AbortSignal;
  readonly #directory = new CentralDirectory();
  #offset = 0;

  constructor(file: FileHandle, signal: AbortSignal) {
    this.#file = file;
    this.#signal = signal;
  }

  /** @param expected - Size in bytes, or 0 for less than 4 GiB. */
  async add(name: string, expected: number, content: Bytes): Promise<void> {
    const start = this.#offset;
    let position = start + localLength({ name, size: expected });
    const first = position;
    let checksum = 0;
    for await (const chunk of content) {
      this.#signal.throwIfAborted();
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      checksum = crc32(bytes, checksum);
      await this.#write(bytes, position);
      position += bytes.length;
    }
    const entry = { name, size: position - first, crc32: checksum, modified };
    const header = localHeader(entry);
    if (start + header.length !== first) throw new Error(`${name} has another size than expected`);
    await this.#write(header, start);
    this.#directory.add(entry, start);
    this.#offset = position;
  }

  async end(): Promise<void> {
    let position = this.#offset;
    for (const record of this.#directory.encode(this.#offset)) {
      await this.#write(record, position);
      position += record.length;
    }
  }

  async #write(bytes: Uint8Array, position: number): Promise<void> {
    for (let written = 0; written < bytes.length; )
      written += (await this.#file.write(bytes, written, bytes.length - written, position + written))
        .bytesWritten;
  }
}
