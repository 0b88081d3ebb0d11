/** Helpers of the contract of stores. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { ObjectInfo, ObjectStore } from '../../../src/storage/object-store.ts';

/** Parts of the running test. */
export interface Suite {
  readonly store: ObjectStore;
  /** Prefix of keys that this test has to itself. */
  readonly at: string;
  /** A directory of this machine, outside the store. */
  readonly local: string;
  /** Whether the store rejects links with a wrong signature. */
  readonly checksLinks: boolean;
}

/** What a store returns for written bytes. */
export const digest = (bytes: Uint8Array | string) => ({
  size: Buffer.byteLength(bytes),
  sha256: sha256(bytes),
  crc32: crc32(bytes),
});
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Returns the bytes of an object. Throws when it does not exist. */
export async function bytesOf(
  store: ObjectStore,
  key: string,
  range?: { start: number; end: number },
): Promise<Buffer> {
  const stream = await store.get(key, range);
  if (stream === null) throw new Error(`There is no object ${key}`);
  return Buffer.concat(await stream.toArray());
}

export async function textOf(
  store: ObjectStore,
  key: string,
  range?: { start: number; end: number },
): Promise<string> {
  return (await bytesOf(store, key, range)).toString();
}

export async function keysOf(store: ObjectStore, prefix: string, after?: string): Promise<string[]> {
  const found: ObjectInfo[] = [];
  for await (const info of store.list(prefix, after === undefined ? {} : { after })) found.push(info);
  return found.map(({ key }) => key);
}

/** A stream that yields one chunk, then calls `then`. */
export const afterFirst = (chunk: string, then: (stream: Readable) => void): Readable => {
  let given = false;
  return new Readable({
    read() {
      if (given) then(this);
      else this.push(chunk);
      given = true;
    },
  });
};
