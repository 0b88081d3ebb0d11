/** The schedule of deletions: one small document each, under a key that sorts by time. */
import type { ScheduledDeletion } from '../jobs/model/scheduled-deletion.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

export async function scheduleDeletion(store: ObjectStore, deletion: ScheduledDeletion): Promise<void> {
  await store.put(layout.deletionKey(deletion), JSON.stringify(deletion));
}

/** Deletions that are due at this time, the oldest first. */
export async function* listDueDeletions(store: ObjectStore, now: Date): AsyncIterable<ScheduledDeletion> {
  for await (const { key } of store.list(layout.deletionsPrefix)) {
    if (!layout.isDue(key, now)) return;
    const deletion = await readJson<ScheduledDeletion>(store, key);
    if (deletion) yield { ...deletion, at: new Date(deletion.at) };
  }
}
