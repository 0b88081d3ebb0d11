/**
 * An object store on a file system: the key is the path below one directory. New objects are written to `.tmp` on the same
 * file system, synced, and renamed into place. A crash at any moment leaves the old object or the new one.
 *
 * The store owns the directory. It never makes or follows symbolic links to objects: `adopt` refuses them, because a command
 * that processed untrusted images may have made one, and `get`, `head` and `list` ignore them. Links in place of folders are
 * not checked, which would cost a system call for each part of a key: only an operator can make them.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, open, readFile, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { DarkroomError } from '../../errors.ts';
import { DAY_MS } from '../../lib/units.ts';
import { abortable } from '../abortable.ts';
import { BLOCK, digest } from '../digest.ts';
import { checkKey, checkPrefix } from '../key.ts';
import type { GetOptions, ObjectInfo, ObjectStore, PutOptions, Written } from '../object-store.ts';
import { closing, reading } from './bytes.ts';
import { makeFolder, place, prune, sweep, syncFolder } from './durable.ts';
import { codeOf, explained, isAbsence, isLinkFault } from './errors.ts';
import { listing, readInfo, TEMPORARY } from './listing.ts';

/** Does not follow symbolic links, and does not wait for the other end of a pipe. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface FilesystemStoreOptions {
  /** Directory for the objects and nothing else. The first write makes it. */
  readonly root: string;
  /** Age in milliseconds after which writes remove what a crash left in `.tmp`. They look as often. Default: a day. */
  readonly leftoverAge?: number;
}

/** Creates a store for one machine, or for several that share a file system. Invalid keys throw TypeError. */
export const createFilesystemStore = (options: FilesystemStoreOptions): ObjectStore =>
  new FilesystemStore(options);

class FilesystemStore implements ObjectStore {
  readonly #root: string;
  readonly #leftoverAge: number;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor({ root, leftoverAge = DAY_MS }: FilesystemStoreOptions) {
    this.#root = resolve(root);
    this.#leftoverAge = leftoverAge;
  }

  async put(
    key: string,
    body: Readable | Uint8Array | string,
    { signal }: PutOptions = {},
  ): Promise<Written> {
    const target = this.localPath(key);
    const source = body instanceof Readable ? abortable(body, signal) : null;
    let temporary: string | null = null;
    try {
      signal?.throwIfAborted();
      const [path, handle] = await this.#temporary((name) => open(name, 'wx'));
      temporary = path;
      const written = await closing(handle, async () => {
        const chunks = source?.iterator({ destroyOnReturn: false }) ?? [body as Uint8Array | string];
        const done = await digest(chunks, (block) => handle.writeFile(block));
        // datasync suffices to read the bytes back, and does not journal the times of the file.
        await handle.datasync();
        return done;
      });
      signal?.throwIfAborted();
      await place(path, target);
      return written;
    } catch (error) {
      // Errors of the source are passed on unchanged, even when they look like errors of this disk.
      const cause = source?.errored ?? explained(error, `write ${quoted(key)}`);
      source?.destroy();
      if (temporary !== null) await discard(temporary);
      throw signal?.aborted ? signal.reason : cause;
    }
  }

  /** Uses a hard link, so that the file is never lost; across file systems, copies it. */
  async adopt(key: string, path: string, options: PutOptions = {}): Promise<Written> {
    const target = this.localPath(key);
    const { signal } = options;
    let temporary: string | null = null;
    try {
      signal?.throwIfAborted();
      temporary = await this.#linked(path);
      const from = temporary ?? path;
      const entry = await lstat(from);
      if (!entry.isFile()) throw new TypeError(`What is to become ${quoted(key)} is not a regular file`);
      const handle = await open(from, READ);
      const written = await closing(handle, async () => {
        const source = handle.createReadStream({ autoClose: false, highWaterMark: BLOCK });
        // A file with another hard link could be changed through it later.
        if (temporary === null || entry.nlink > 2) return this.put(key, source, options);
        const done = await digest(abortable(source, signal));
        const now = new Date();
        // The modification time is that of the object. A file of another user keeps its own.
        await handle.utimes(now, now).catch(() => {});
        await handle.sync();
        signal?.throwIfAborted();
        await place(temporary, target);
        return done;
      });
      await rm(path, { force: true });
      return written;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw explained(error, `write ${quoted(key)}`);
    } finally {
      if (temporary !== null) await discard(temporary);
    }
  }

  /** Uses a hard link. Where that is impossible, as after too many links (EMLINK), copies the bytes. */
  async copy(from: string, key: string, { signal }: PutOptions = {}): Promise<Written | null> {
    const [source, target] = [this.localPath(from), this.localPath(key)];
    const action = `copy ${quoted(from)}`;
    let temporary: string | null = null;
    try {
      signal?.throwIfAborted();
      [temporary] = await this.#temporary((name) => link(source, name));
      const handle = await open(temporary, READ);
      const written = await closing(handle, () =>
        digest(abortable(handle.createReadStream({ autoClose: false, highWaterMark: BLOCK }), signal)),
      );
      signal?.throwIfAborted();
      await place(temporary, target);
      return written;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (isAbsence(error)) return null;
      if (!isLinkFault(error)) throw explained(error, action);
      const body = await this.get(from);
      return body && this.put(key, body, signal && { signal });
    } finally {
      // It is still there, too, if the target is a link to the same file: such a rename does nothing.
      if (temporary !== null) await discard(temporary);
    }
  }

  async get(
    key: string,
    { start = 0, end = Number.MAX_SAFE_INTEGER, signal }: GetOptions = {},
  ): Promise<Readable | null> {
    const path = this.localPath(key);
    if (!(start >= 0 && end >= start)) throw new RangeError(`There are no bytes from ${start} to ${end}`);
    const action = `read ${quoted(key)}`;
    signal?.throwIfAborted();
    try {
      const handle = await open(path, READ);
      try {
        const entry = await handle.stat();
        if (entry.isFile())
          return abortable(reading(handle, start, Math.min(end, entry.size - 1), action), signal);
      } catch (error) {
        await handle.close();
        throw error;
      }
      await handle.close();
      return null;
    } catch (error) {
      if (isAbsence(error)) return null;
      throw explained(error, action);
    }
  }

  async head(key: string): Promise<ObjectInfo | null> {
    return readInfo(this.#root, checkKey(key, TEMPORARY));
  }

  list(prefix: string, { after = '' }: { after?: string } = {}): AsyncIterable<ObjectInfo> {
    return listing(this.#root, prefix === '' ? '' : checkPrefix(prefix, TEMPORARY), after);
  }

  async delete(key: string): Promise<void> {
    const path = this.localPath(key);
    try {
      await unlink(path);
      await prune(dirname(path), this.#root);
    } catch (error) {
      // EISDIR: the path is a folder of other keys.
      if (!isAbsence(error) && codeOf(error) !== 'EISDIR') throw explained(error, `delete ${quoted(key)}`);
    }
  }

  /** Renames the folder, so that all objects disappear at once; then removes its files. */
  async deleteAll(prefix: string): Promise<void> {
    // With a trailing slash, the rename refuses an object of that name (ENOTDIR).
    const folder = join(this.#root, checkPrefix(prefix, TEMPORARY));
    try {
      const [remains] = await this.#temporary((path) => rename(folder, path));
      // Readers no longer see it. The removal must be durable before the promise resolves.
      await prune(dirname(folder), this.#root);
      await rm(remains, { recursive: true, force: true });
    } catch (error) {
      if (!isAbsence(error)) throw explained(error, `delete all of ${quoted(prefix)}`);
    }
  }

  localPath(key: string): string {
    return join(this.#root, checkKey(key, TEMPORARY));
  }

  async link(key: string): Promise<null> {
    checkKey(key, TEMPORARY);
    return null;
  }

  async check(): Promise<void> {
    const probe = randomUUID();
    try {
      const [path, handle] = await this.#temporary((name) => open(name, 'wx'));
      try {
        await closing(handle, async () => {
          await handle.writeFile(probe);
          await handle.sync();
        });
        if ((await readFile(path, 'utf8')) !== probe) {
          throw new DarkroomError(
            'store_unavailable',
            'The object store does not give back what was written to it',
          );
        }
      } finally {
        await rm(path, { force: true });
      }
    } catch (error) {
      throw explained(error, 'be used');
    }
  }

  /** Calls `make` with a new path in `.tmp`. Makes `.tmp` when it is missing. */
  async #temporary<T>(make: (path: string) => Promise<T>): Promise<[path: string, made: T]> {
    const folder = join(this.#root, TEMPORARY);
    const path = join(folder, randomUUID());
    if (Date.now() - this.#sweptAt > this.#leftoverAge) {
      this.#sweptAt = Date.now();
      void sweep(folder, this.#leftoverAge);
    }
    try {
      return [path, await make(path)];
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      // Parents of the root may be unreadable, which does not matter here.
      for (const parent of await makeFolder(folder)) await syncFolder(parent).catch(() => {});
      return [path, await make(path)];
    }
  }

  /** Makes a hard link in `.tmp`. Null when that is impossible, as across file systems (EXDEV). */
  async #linked(path: string): Promise<string | null> {
    try {
      const [name] = await this.#temporary((second) => link(path, second));
      return name;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') throw new TypeError('There is no such file to adopt', { cause: error });
      return null;
    }
  }
}

const quoted = (key: string): string => JSON.stringify(key);

const discard = (path: string): Promise<void> => rm(path, { force: true }).catch(() => {});
