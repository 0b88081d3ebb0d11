/**
 * Port: where bytes live. Keys are relative paths with `/` between parts; each part is non-empty, not `.` or `..`, and
 * free of control characters. A key may not be a folder of another key (`a` beside `a/b`): not every store can hold both.
 *
 * A write is whole or absent: readers see the old bytes or the new ones, and after the promise resolves they survive
 * a loss of power. Every method throws DarkroomError `store_unavailable` (or `disk_full`) when the store cannot do its part.
 */
import type { Readable } from 'node:stream';

export interface ObjectInfo {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly modified: Date;
}

export interface GetOptions {
  /** First byte; 0 unless given. */
  readonly start?: number;
  /** Last byte, included; the last there is unless given. */
  readonly end?: number;
  /** Aborted, it ends the reading, too. */
  readonly signal?: AbortSignal;
}

export interface PutOptions {
  readonly signal?: AbortSignal;
  /** Media type; stores that cannot keep it ignore it. */
  readonly mediaType?: string;
}

/** What was written, hashed on its way. */
export interface Written {
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

export interface LinkOptions {
  /** Seconds until it no longer works; a week at most. */
  readonly expiresSeconds: number;
  /** What the client saves it as. */
  readonly fileName: string;
  readonly mediaType: string;
}

export interface ObjectStore {
  put(key: string, body: Readable | Uint8Array | string, options?: PutOptions): Promise<Written>;
  /** Takes over a file of this machine, which is gone afterwards. */
  adopt(key: string, path: string, options?: PutOptions): Promise<Written>;
  /** Null when there is no such object. Who does not read it all destroys it. */
  get(key: string, options?: GetOptions): Promise<Readable | null>;
  head(key: string): Promise<ObjectInfo | null>;
  /** All objects below a prefix that ends in `/` (or is empty), in ascending order of their keys; `after` excludes keys up to it. */
  list(prefix: string, options?: { after?: string }): AsyncIterable<ObjectInfo>;
  /** Deleting what is not there is no error. */
  delete(key: string): Promise<void>;
  /** Deletes everything below a prefix that ends in `/`. */
  deleteAll(prefix: string): Promise<void>;
  /** Ability: where the object lies as a file of this machine, to be read and not written; null where that cannot be. */
  localPath(key: string): string | null;
  /**
   * Ability: an address that gives the object's bytes to whoever has it; null where that cannot be. Whether there is such
   * an object is not looked at.
   */
  link(key: string, options: LinkOptions): Promise<string | null>;
  /** Resolves when the store can be read and written. */
  check(): Promise<void>;
}
