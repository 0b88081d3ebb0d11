/** Functions of the client that read and write local files. They need Node. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, openAsBlob } from 'node:fs';
import { lstat, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { makeDirectories } from '../lib/make-directories.ts';
import type { Darkroom } from './client.ts';
import { DarkroomProblem } from './problem.ts';
import type { FileEntry, JobAsset } from './types.ts';

/** Maximum number of consecutive attempts without a new byte. */
const MAX_FAILED_ATTEMPTS = 3;

interface SaveOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Returns an asset that is uploaded with the job. The file is read while it is sent.
 *
 * @param name Name of the asset
 * @throws an error of the file system such as ENOENT; TypeError if `path` is not a file
 */
export async function localFile(path: string, name = basename(path)): Promise<JobAsset> {
  if (!(await stat(path)).isFile()) throw new TypeError(`"${path}" is not a file`);
  return { name, source: { blob: await openAsBlob(path) } };
}

/** Returns what at a path prevents writing a file: "a directory", "a link", …; null for a file, or if nothing exists. */
export async function findObstacle(path: string): Promise<string | null> {
  const info = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (info === null || info.isFile()) return null;
  if (info.isDirectory()) return 'a directory';
  if (info.isSymbolicLink()) return 'a link';
  return info.isFIFO() ? 'a pipe' : info.isSocket() ? 'a socket' : 'a device';
}

/**
 * Writes a result file to `target`. Verifies the SHA-256 before the file gets its name. Resumes an interrupted download. Downloads
 * nothing if the file exists with the same content.
 *
 * @throws Error if something other than a file exists at `target`, such as a link or a device
 */
export async function saveFile(
  client: Darkroom,
  id: string,
  entry: FileEntry,
  target: string,
  { signal }: SaveOptions = {},
): Promise<void> {
  const partial = `${target}.part`;
  const readPartialSize = () =>
    stat(partial).then(
      ({ size }) => size,
      () => 0,
    );
  if (await hasContent(target, entry)) return;
  await prepareTarget(target, partial);
  for (let failed = 0; ; ) {
    const offset = await readPartialSize();
    try {
      const from = offset > 0 && offset < entry.size ? { offset, sha256: entry.sha256 } : undefined;
      if (offset !== entry.size || offset === 0) {
        const response = await client.download(id, entry.path, { ...(from && { from }), signal });
        await write(response, partial, response.status === 206 ? 'a' : 'w', signal);
      }
      if ((await hashFile(partial)) === entry.sha256) break;
      await rm(partial);
      // Otherwise the partial file was of other content: download the whole file.
      if (offset === 0) throw badResponse(`The SHA-256 of "${entry.path}" is not that of the file list`);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof DarkroomProblem && !error.isOutage) throw error;
      if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
      failed = (await readPartialSize()) > offset ? 0 : failed + 1;
      if (failed === MAX_FAILED_ATTEMPTS) throw error;
    }
  }
  await rename(partial, target);
}

/**
 * Writes all result files below `folder`. Skips files that exist with the same content.
 *
 * @param options.onFile Called after each file, with its path on this machine
 */
export async function saveFiles(
  client: Darkroom,
  id: string,
  folder: string,
  options: SaveOptions & { onFile?: (path: string, entry: FileEntry) => void } = {},
): Promise<void> {
  for (const entry of await client.files(id, options)) {
    const target = resolveBelow(folder, entry.path);
    await saveFile(client, id, entry, target, options);
    options.onFile?.(target, entry);
  }
}

/** Reads only regular files: a pipe may never end. */
async function hasContent(target: string, { sha256 }: FileEntry): Promise<boolean> {
  const isFile = (await stat(target).catch(() => null))?.isFile() ?? false;
  return isFile && (await hashFile(target).catch(() => null)) === sha256;
}

/**
 * Writes all result files as a ZIP to `target`. An interrupted download fails and is not resumed.
 *
 * @throws Error if something other than a file exists at `target`
 */
export async function saveArchive(
  client: Darkroom,
  id: string,
  target: string,
  { signal }: SaveOptions = {},
): Promise<void> {
  const partial = `${target}.part`;
  await prepareTarget(target, partial);
  try {
    await write(await client.archive(id, { signal }), partial, 'w', signal);
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
}

async function prepareTarget(target: string, partial: string): Promise<void> {
  await makeDirectories(dirname(resolve(target)));
  for (const path of [target, partial]) {
    const obstacle = await findObstacle(path);
    if (obstacle !== null) throw new Error(`"${path}" is ${obstacle}; only files are replaced`);
  }
}

async function write(
  response: Response,
  path: string,
  flags: 'a' | 'w',
  signal: AbortSignal | undefined,
): Promise<void> {
  const body = response.body ? Readable.fromWeb(response.body as ReadableStream) : Readable.from([]);
  await pipeline(body, createWriteStream(path, { flags }), {
    signal: signal ?? new AbortController().signal,
  });
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** A malicious server must not choose where files are written. */
function resolveBelow(folder: string, path: string): string {
  const target = resolve(folder, path);
  const way = relative(resolve(folder), target);
  if (way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
    throw badResponse(`"${path}" is outside the folder of the results`);
  return join(folder, way);
}

const badResponse = (detail: string): DarkroomProblem =>
  new DarkroomProblem({ status: 502, code: 'http_error', detail, retryable: false });
