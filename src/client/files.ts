/** Files of this machine: what the client does in Node and not in browsers. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, openAsBlob } from 'node:fs';
import { lstat, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Darkroom } from './client.ts';
import { DarkroomProblem } from './problem.ts';
import type { FileEntry, JobAsset } from './types.ts';

/** Breaks of a connection in which not one more byte came. */
const FRUITLESS_TRIES = 3;

interface SaveOptions {
  readonly signal?: AbortSignal | undefined;
}

/** An asset that is sent along: read from disk while it is sent, never held in memory. Throws ENOENT and the like. */
export async function localFile(path: string, name = basename(path)): Promise<JobAsset> {
  if (!(await stat(path)).isFile()) throw new TypeError(`"${path}" is not a file`);
  return { name, source: { blob: await openAsBlob(path) } };
}

/** What lies at a path and is no file that might be written anew: "a folder", "a link", …; null when nothing does. */
export async function obstacleAt(path: string): Promise<string | null> {
  const info = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (info === null || info.isFile()) return null;
  if (info.isDirectory()) return 'a folder';
  if (info.isSymbolicLink()) return 'a link';
  return info.isFIFO() ? 'a pipe' : info.isSocket() ? 'a socket' : 'a device';
}

/**
 * Writes a result file to `target`, which is there whole or not at all. A broken download goes on where it was. Throws an Error when
 * something other than a file lies there: a device or a link is never replaced.
 */
export async function saveFile(
  client: Darkroom,
  id: string,
  entry: FileEntry,
  target: string,
  { signal }: SaveOptions = {},
): Promise<void> {
  const partial = `${target}.part`;
  const sizeOf = () =>
    stat(partial).then(
      ({ size }) => size,
      () => 0,
    );
  await makeWay(target, partial);
  for (let fruitless = 0; ; ) {
    const offset = await sizeOf();
    try {
      const from = offset > 0 && offset < entry.size ? { offset, sha256: entry.sha256 } : undefined;
      if (offset !== entry.size || offset === 0) {
        const response = await client.download(id, entry.path, { ...(from && { from }), signal });
        await write(response, partial, response.status === 206 ? 'a' : 'w', signal);
      }
      if ((await sha256Of(partial)) === entry.sha256) break;
      await rm(partial);
      // What lay there was of another file.
      if (offset === 0) throw broken(`"${entry.path}" came with another content than was announced`);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof DarkroomProblem && !error.isOutage) throw error;
      if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
      fruitless = (await sizeOf()) > offset ? 0 : fruitless + 1;
      if (fruitless === FRUITLESS_TRIES) throw error;
    }
  }
  await rename(partial, target);
}

/** Writes all result files below `folder`, and tells of each. What is there already, with the same content, is left. */
export async function saveFiles(
  client: Darkroom,
  id: string,
  folder: string,
  options: SaveOptions & { onFile?: (path: string, entry: FileEntry) => void } = {},
): Promise<void> {
  for (const entry of await client.files(id, options)) {
    const target = below(folder, entry.path);
    if (!(await isHere(target, entry))) await saveFile(client, id, entry, target, options);
    options.onFile?.(target, entry);
  }
}

/** Of what is no file nothing is read: a pipe would never end. */
async function isHere(target: string, { sha256 }: FileEntry): Promise<boolean> {
  const isFile = (await stat(target).catch(() => null))?.isFile() ?? false;
  return isFile && (await sha256Of(target).catch(() => null)) === sha256;
}

/** Writes all result files as a ZIP to `target`, as `saveFile` writes one of them; a broken download is not gone on with. */
export async function saveArchive(
  client: Darkroom,
  id: string,
  target: string,
  { signal }: SaveOptions = {},
): Promise<void> {
  const partial = `${target}.part`;
  await makeWay(target, partial);
  try {
    await write(await client.archive(id, { signal }), partial, 'w', signal);
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
}

async function makeWay(...paths: readonly [string, ...string[]]): Promise<void> {
  await mkdir(dirname(paths[0]), { recursive: true });
  for (const path of paths) {
    const obstacle = await obstacleAt(path);
    if (obstacle !== null) throw new Error(`"${path}" is ${obstacle}, and is not replaced by a file`);
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

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** A server that was taken over must not choose where on this machine files are written. */
function below(folder: string, path: string): string {
  const target = resolve(folder, path);
  const way = relative(resolve(folder), target);
  if (way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
    throw broken(`"${path}" does not lie in the folder of the results`);
  return join(folder, way);
}

const broken = (detail: string): DarkroomProblem =>
  new DarkroomProblem({ status: 502, code: 'http_error', detail, retryable: false });
