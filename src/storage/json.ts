/** JSON documents in the object store. */
import { json } from 'node:stream/consumers';
import type { ObjectStore } from './store.ts';

/** Null when there is no such object. The caller knows what lies under its key. */
export async function readJson<T>(store: ObjectStore, key: string): Promise<T | null> {
  const body = await store.get(key);
  return body && ((await json(body)) as T);
}
