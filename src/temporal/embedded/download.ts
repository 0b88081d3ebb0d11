/** Downloads the official archive, or a mirror's copy, and extracts the executable. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';

/** Milliseconds until the server must answer. Short, so that an offline machine tries the next source soon. */
const ANSWER_MS = 10_000;
/** Milliseconds between two chunks of the archive. */
const STALL_MS = 30_000;
const PROGRESS_MS = 5_000;
/** Bytes; the archive has about 60 MB. Cuts off a server that sends without end. */
const MOST_BYTES = 300_000_000;

export class ChecksumError extends Error {
  override name = 'ChecksumError';
}

export interface Download {
  readonly url: string;
  /** Of the archive: lower-case hexadecimal. */
  readonly sha256: string;
  /** An empty directory, for the archive and what comes of it. The caller removes it. */
  readonly into: string;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Returns the path of the executable. Throws ChecksumError, without extracting anything, if the archive is not the expected one. */
export async function downloadTemporal({ into, ...download }: Download): Promise<string> {
  const { url } = download;
  const archive = join(into, 'archive.tar.gz');
  await downloadFile(download, archive);
  await extract({
    file: archive,
    cwd: into,
    strict: true,
    filter: (path, entry) =>
      path.replace(/^\.\//, '') === 'temporal' && 'type' in entry && ['File', 'OldFile'].includes(entry.type),
  });
  const executable = join(into, 'temporal');
  const found = await lstat(executable).catch(() => null);
  if (!found?.isFile()) throw new Error(`${url} holds no file named temporal`);
  await chmod(executable, 0o755);
  return executable;
}

/** Streams to `path`. Throws ChecksumError if the file is not the expected one. */
export async function downloadFile(
  { url, sha256, log, signal }: Omit<Download, 'into'>,
  path: string,
): Promise<void> {
  const timeout = new AbortController();
  const wait = (ms: number, what: string): NodeJS.Timeout =>
    setTimeout(() => timeout.abort(new Error(`${what} for ${ms / 1000} s`)), ms);
  let timer = wait(ANSWER_MS, 'no answer');
  const hash = createHash('sha256');
  try {
    const response = await fetch(url, {
      // The checksum covers the stored bytes, so the response must not be decompressed.
      headers: { 'accept-encoding': 'identity' },
      signal: signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal,
    });
    if (!response.ok || !response.body)
      throw new Error(`the server answered ${response.status} ${response.statusText}`.trim());
    const total = Number(response.headers.get('content-length')) || null;
    let bytes = 0;
    let reportedAt = Date.now();
    const watch = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        clearTimeout(timer);
        timer = wait(STALL_MS, 'nothing came');
        hash.update(chunk);
        bytes += chunk.length;
        if (bytes > MOST_BYTES) throw new Error(`more than ${megabytes(MOST_BYTES)} came`);
        if (Date.now() - reportedAt >= PROGRESS_MS) {
          reportedAt = Date.now();
          log(`  ${megabytes(bytes)}${total === null ? '' : ` of ${megabytes(total)}`}`);
        }
        yield chunk;
      }
    };
    await pipeline(Readable.fromWeb(response.body), watch, createWriteStream(path));
  } finally {
    clearTimeout(timer);
  }
  const actual = hash.digest('hex');
  if (actual !== sha256) throw new ChecksumError(`${url} has the SHA-256 ${actual}; it must be ${sha256}`);
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
