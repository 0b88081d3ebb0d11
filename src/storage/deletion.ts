/** What is to be erased when, and the erasing of what a result is not made of. */

import type { ScheduledDeletion } from '../jobs/model/scheduled-deletion.ts';
import type { JobRecord } from '../jobs/ports/job-archive.ts';
import type { StoredManifest } from './archive.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

/** Objects that are deleted side by side. */
const DELETES_AT_ONCE = 16;

export async function enterDue(store: ObjectStore, due: ScheduledDeletion): Promise<void> {
  await store.put(layout.dueKey(due), JSON.stringify(due));
}

export async function* listDue(store: ObjectStore, now: Date): AsyncIterable<ScheduledDeletion> {
  for await (const { key } of store.list(layout.duePrefix)) {
    if (!layout.isDue(key, now)) return;
    const due = await readJson<ScheduledDeletion>(store, key);
    if (due) yield { ...due, at: new Date(due.at) };
  }
}

/**
 * The latest result stays, and what the client sent: uploads, and the sealed list of assets. `until`: what was written after that
 * belongs to a run that has begun since.
 */
export async function eraseWork(store: ObjectStore, { job }: JobRecord, until: Date): Promise<void> {
  const kept = new Set<string>();
  if (job.result) {
    const manifest = layout.manifestKey(job, job.result.run);
    const { files = [] } = (await readJson<StoredManifest>(store, manifest)) ?? {};
    for (const key of [manifest, ...files.map((file) => file.key)]) kept.add(key);
  }
  const lane: Promise<void>[] = [];
  for (const prefix of [layout.fetchedPrefix(job), layout.runsPrefix(job)]) {
    for await (const { key, modified } of store.list(prefix)) {
      if (kept.has(key) || modified > until || layout.runOf(job, key) > job.run) continue;
      lane.push(store.delete(key));
      if (lane.length === DELETES_AT_ONCE) await Promise.all(lane.splice(0));
    }
  }
  await Promise.all(lane);
}
