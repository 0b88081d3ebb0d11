/** What is to be erased when, and the erasing of what a result is not made of. */
import type { JobRecord } from '../jobs/archive.ts';
import type { Due } from '../jobs/due.ts';
import type { StoredManifest } from './archive.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './store.ts';

export async function enterDue(store: ObjectStore, due: Due): Promise<void> {
  await store.put(layout.dueKey(due), JSON.stringify(due));
}

export async function* listDue(store: ObjectStore, now: Date): AsyncIterable<Due> {
  for await (const { key } of store.list(layout.duePrefix)) {
    if (!layout.isDue(key, now)) return;
    const due = await readJson<Due>(store, key);
    if (due) yield { ...due, at: new Date(due.at) };
  }
}

/** The latest result stays, and what the client sent: uploads, and the sealed list of assets. */
export async function eraseWork(store: ObjectStore, { job }: JobRecord): Promise<void> {
  const kept = new Set<string>();
  if (job.result) {
    const manifest = layout.manifestKey(job, job.result.run);
    const { files = [] } = (await readJson<StoredManifest>(store, manifest)) ?? {};
    for (const key of [manifest, ...files.map((file) => file.key)]) kept.add(key);
  }
  await store.deleteAll(layout.fetchedPrefix(job));
  for await (const { key } of store.list(layout.runsPrefix(job))) if (!kept.has(key)) await store.delete(key);
}
