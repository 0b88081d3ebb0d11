/** JSON documents in the object store. */
import { json } from 'node:stream/consumers';
import type { ObjectStore } from './object-store.ts';

/** Null when there is no such object. The content is not validated: the caller knows its type. */
export async function readJson<T>(store: ObjectStore, key: string, signal?: AbortSignal): Promise<T | null> {
  const body = await store.get(key, signal && { signal });
  return body && ((await json(body)) as T);
}
