/** JSON documents in the object store. */
import { json } from 'node:stream/consumers';
import type { ObjectStore } from './object-store.ts';

/** Documents that are read concurrently: a bucket takes as long for sixteen as for one. */
export const READ_CONCURRENCY = 16;

/** Null when there is no such object. The content is not validated: the caller knows its type. */
export async function readJson<T>(store: ObjectStore, key: string, signal?: AbortSignal): Promise<T | null> {
  const body = await store.get(key, signal && { signal });
  return body && ((await json(body)) as T);
}
