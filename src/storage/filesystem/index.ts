/**
 * Objects as plain files below one directory: the key is the path. What is being written lies in `.tmp` of the same file
 * system and is renamed into place once it is on the disk, so a crash at any moment leaves the old object or the new one.
 *
 * The directory belongs to the store. Nothing here makes a symbolic link, `adopt` refuses one (a command that ran on
 * somebody's images may have made it), and one in place of an object is no object: `get`, `head` and `list` pass it over.
 * Links in place of folders are not looked for, at a system call a part: only an operator can have put them there.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, open, readFile, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { DarkroomError } from '../../errors.ts';
import { abortable } from '../abortable.ts';
import { checkKey, checkPrefix } from '../key.ts';
import type { GetOptions, ObjectInfo, ObjectStore, PutOptions, Written } from '../object-store.ts';
import { BLOCK, closing, digest, reading } from './bytes.ts';
import { makeFolder, place, prune, sweep, syncFolder } from './durable.ts';
import { codeOf, explained, isAbsence } from './errors.ts';
import { infoOf, listing, TEMPORARY } from './listing.ts';

const DAY = 24 * 60 * 60 * 1000;
/** No following of links, no waiting for the other end of a pipe. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface FilesystemStoreOptions {
  /** Directory that holds the objects and nothing else; made at the first write. */
  readonly root: string;
  /** Age in milliseconds after which what a crash left in `.tmp` is removed, at the first write; a day unless given. */
  readonly leftoverAge?: number;
}

/** A store for one machine, or for several that share a file system. A key that breaks the port's rules is a TypeError. */
export const createFilesystemStore = (options: FilesystemStoreOptions): ObjectStore =>
  new FilesystemStore(options);

class FilesystemStore implements ObjectStore {
  readonly #root: string;
  readonly #leftoverAge: number;
  #swept = false;

  constructor({ root, leftoverAge = DAY }: FilesystemStoreOptions) {
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
        // Enough to find the bytes again; spares the journal the times of the file.
        await handle.datasync();
        return done;
      });
      signal?.throwIfAborted();
      await place(path, target);
      return written;
    } catch (error) {
      // What went wrong in the source is for the caller to explain, even where it looks like an error of this disk.
      const cause = source?.errored ?? explained(error, `write ${quoted(key)}`);
      source?.destroy();
      if (temporary !== null) await discard(temporary);
      throw signal?.aborted ? signal.reason : cause;
    }
  }

  /** By a second name for the file, so that until the last moment nothing is lost; across file systems by a copy. */
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
        // A file that has yet another name could be changed by it later.
        if (temporary === null || entry.nlink > 2) return this.put(key, source, options);
        const done = await digest(abortable(source, signal));
        const now = new Date();
        // When it became an object. A file of another user keeps its own time.
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
    return infoOf(this.#root, checkKey(key, TEMPORARY));
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
      // EISDIR: it is the folder of other keys.
      if (!isAbsence(error) && codeOf(error) !== 'EISDIR') throw explained(error, `delete ${quoted(key)}`);
    }
  }

  /** The folder vanishes at once, by a rename; then its files are removed one by one. */
  async deleteAll(prefix: string): Promise<void> {
    // With the slash at its end, the rename refuses an object of that name (ENOTDIR).
    const folder = join(this.#root, checkPrefix(prefix, TEMPORARY));
    try {
      const [remains] = await this.#temporary((path) => rename(folder, path));
      // From here on it is gone for readers; it must be for good before the promise resolves.
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

  /** Makes something under a new name in `.tmp`. Makes `.tmp` when it turns out to be missing. */
  async #temporary<T>(make: (path: string) => Promise<T>): Promise<[path: string, made: T]> {
    const folder = join(this.#root, TEMPORARY);
    const path = join(folder, randomUUID());
    if (!this.#swept) {
      this.#swept = true;
      void sweep(folder, this.#leftoverAge);
    }
    try {
      return [path, await make(path)];
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      // Folders above the root may be such that one may pass through them and not read them.
      for (const parent of await makeFolder(folder)) await syncFolder(parent).catch(() => {});
      return [path, await make(path)];
    }
  }

  /** A second name for a file, in `.tmp`; null where it cannot have one, as on another file system (EXDEV). */
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
