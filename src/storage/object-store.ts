/**
 * Port: stores bytes under keys. Keys are relative paths; `key.ts` has their rules. A key must not be a folder of another
 * key (`a` beside `a/b`): not every store can hold both.
 *
 * Writes are atomic and durable: readers see the old bytes or the new ones, and after the promise resolves the bytes survive
 * a power failure. Every method throws DarkroomError `store_unavailable` or `disk_full` when the store fails.
 */
import type { Readable } from 'node:stream';

export interface ObjectInfo {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly modified: Date;
}

export interface GetOptions {
  /** First byte. Default: 0. */
  readonly start?: number;
  /** Last byte, included. Default: the last byte of the object. */
  readonly end?: number;
  /** Also ends the returned stream when it aborts. */
  readonly signal?: AbortSignal;
}

export interface PutOptions {
  readonly signal?: AbortSignal;
  /** Stores without media types ignore it. */
  readonly mediaType?: string;
}

/** Size and digests of the written bytes. */
export interface Written {
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Unsigned. ZIP archives need it. */
  readonly crc32: number;
}

export interface LinkOptions {
  /** Validity in seconds; at most a week. */
  readonly expiresSeconds: number;
  /** Name under which the client saves the file. */
  readonly fileName: string;
  readonly mediaType: string;
}

export interface ObjectStore {
  put(key: string, body: Readable | Uint8Array | string, options?: PutOptions): Promise<Written>;
  /** Moves a local file into the store. Throws TypeError when it is not a regular file. */
  adopt(key: string, path: string, options?: PutOptions): Promise<Written>;
  /**
   * Copies an object inside the store, and reads the copy. Either may be deleted without effect on the other. The copy may have the time of
   * the original. Returns the digests of the copy; null when there is no such object.
   */
  copy(from: string, key: string, options?: Pick<PutOptions, 'signal'>): Promise<Written | null>;
  /** Null when there is no such object. The caller must read the stream to its end or destroy it. */
  get(key: string, options?: GetOptions): Promise<Readable | null>;
  head(key: string): Promise<ObjectInfo | null>;
  /** Objects below a prefix, which ends with `/` or is empty, in ascending order of keys. `after` skips keys up to and including it. */
  list(prefix: string, options?: { after?: string }): AsyncIterable<ObjectInfo>;
  /** Does nothing when there is no such object. */
  delete(key: string): Promise<void>;
  /** Deletes all objects below a prefix, which ends with `/`. */
  deleteAll(prefix: string): Promise<void>;
  /** The path of the object as a local file, which must not be changed. Null when the store has no local files. */
  localPath(key: string): string | null;
  /**
   * A URL from which anyone can download the object. Null when the store has no URLs. Does not check that the object
   * exists.
   */
  link(key: string, options: LinkOptions): Promise<string | null>;
  /** Resolves when the store can be read and written; otherwise throws. */
  check(): Promise<void>;
}
