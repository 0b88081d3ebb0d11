/** Jobs in the object store: sealed inputs, results, and the record that outlives Temporal. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { DarkroomError } from '../errors.ts';
import type { JobArchive, OpenFile } from '../jobs/archive.ts';
import type { Delivery } from '../jobs/delivery.ts';
import type { JobFilter, JobPage, JobSnapshot } from '../jobs/engine.ts';
import type { FileEntry, Job, Manifest } from '../jobs/job.ts';
import type { JobInputs, JobRef, SealedInputs } from '../jobs/order.ts';
import { isTerminal } from '../jobs/states.ts';
import type { Keyring } from '../keys.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './store.ts';

/** As `manifest.json` holds it: with the key of each file's bytes, which is nobody else's business. */
export type StoredManifest = Omit<Manifest, 'files'> & {
  readonly files: readonly (FileEntry & { readonly key: string })[];
};

export class StoredArchive implements JobArchive {
  readonly #store: ObjectStore;
  readonly #keys: Keyring;

  constructor(store: ObjectStore, keys: Keyring) {
    this.#store = store;
    this.#keys = keys;
  }

  record(ref: JobRef): Promise<JobSnapshot | null> {
    return readJson<JobSnapshot>(this.#store, layout.recordKey(ref));
  }

  async list(
    tenant: string,
    filter: JobFilter,
    page: { limit: number; cursor?: string | undefined; before?: Date | undefined },
  ): Promise<JobPage> {
    if (filter.state && !isTerminal(filter.state)) return { jobs: [], cursor: null };
    const after = page.cursor ?? (page.before && layout.endedBefore(tenant, page.before));
    const jobs: Job[] = [];
    for await (const { key } of this.#store.list(layout.endedPrefix(tenant), after ? { after } : {})) {
      const job = await readJson<Job>(this.#store, key);
      if (!job || !matches(job, filter)) continue;
      jobs.push(job);
      if (jobs.length === page.limit) return { jobs, cursor: key };
    }
    return { jobs, cursor: null };
  }

  async manifest(ref: JobRef, run: number): Promise<Manifest | null> {
    const stored = await readJson<StoredManifest>(this.#store, layout.manifestKey(ref, run));
    return stored && { ...stored, files: stored.files.map(({ key: _, ...entry }) => entry) };
  }

  async file(ref: JobRef, run: number, path: string): Promise<OpenFile | null> {
    const stored = await readJson<StoredManifest>(this.#store, layout.manifestKey(ref, run));
    const file = stored?.files.find((file) => file.path === path);
    if (!file) return null;
    const { key, ...entry } = file;
    return {
      entry,
      open: async (range) => {
        const body = await this.#store.get(key, range);
        if (!body) throw new Error(`A file of the manifest is missing in the store: ${path}`);
        return Readable.toWeb(body) as ReadableStream<Uint8Array>;
      },
    };
  }

  async deliveries(ref: JobRef): Promise<Delivery[]> {
    const found: Delivery[] = [];
    for await (const { key } of this.#store.list(layout.deliveryPrefix(ref))) {
      const delivery = await readJson<Delivery>(this.#store, key);
      if (delivery) found.push(delivery);
    }
    return found;
  }

  async seal(ref: JobRef, inputs: JobInputs): Promise<SealedInputs> {
    const sealed = randomUUID();
    const key = layout.sealedKey(ref, sealed);
    await this.#store.put(key, this.#keys.seal(JSON.stringify(inputs), key));
    return { sealed };
  }

  async discard(ref: JobRef, { sealed }: SealedInputs): Promise<void> {
    await this.#store.delete(layout.sealedKey(ref, sealed));
  }

  /** The inputs that `seal` kept. */
  async unseal(ref: JobRef, { sealed }: SealedInputs): Promise<JobInputs> {
    const key = layout.sealedKey(ref, sealed);
    const body = await this.#store.get(key);
    if (!body) throw new DarkroomError('operation_failed', 'The inputs of this job were erased');
    return JSON.parse(this.#keys.open(await buffer(body), key)) as JobInputs;
  }

  async isDeleted(ref: JobRef): Promise<boolean> {
    return (await this.#store.head(layout.tombstoneKey(ref))) !== null;
  }

  async bury(ref: JobRef): Promise<void> {
    await this.#store.put(layout.tombstoneKey(ref), new Date().toISOString());
  }

  async erase(ref: JobRef): Promise<void> {
    const record = await this.record(ref);
    if (record?.job.completed_at)
      await this.#store.delete(layout.endedKey(ref, new Date(record.job.completed_at)));
    await this.#store.deleteAll(layout.jobPrefix(ref));
  }

  async putManifest(ref: JobRef, manifest: StoredManifest): Promise<void> {
    await this.#store.put(layout.manifestKey(ref, manifest.run), JSON.stringify(manifest));
  }

  /** Writes the record of an ended job and enters it into the list of ended jobs. */
  async end(snapshot: JobSnapshot): Promise<void> {
    const { job } = snapshot;
    if (!job.completed_at) throw new Error('Only a job that has ended has a record');
    await this.#store.put(layout.recordKey(job), JSON.stringify(snapshot));
    await this.#store.put(layout.endedKey(job, new Date(job.completed_at)), JSON.stringify(job));
  }
}

function matches(job: Job, filter: JobFilter): boolean {
  return (
    (filter.state === undefined || job.state === filter.state) &&
    (filter.operation === undefined || job.operation === filter.operation) &&
    (filter.dialect === undefined || job.dialect === filter.dialect) &&
    (filter.since === undefined || new Date(job.created_at) >= filter.since)
  );
}
