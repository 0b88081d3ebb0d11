/** Jobs in the object store: sealed inputs, results, and the record that outlives Temporal. */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { LRUCache } from 'lru-cache';
import type { Keyring } from '../auth/keyring.ts';
import { DarkroomError } from '../errors.ts';
import type { Delivery } from '../jobs/model/delivery.ts';
import type { FileEntry, Job, Manifest } from '../jobs/model/job.ts';
import {
  type JobInputs,
  type JobRef,
  noUsage,
  type SealedInputs,
  type Upload,
} from '../jobs/model/run-input.ts';
import { firstDeletion, jobDeletion, type ScheduledDeletion } from '../jobs/model/scheduled-deletion.ts';
import { isTerminal } from '../jobs/model/states.ts';
import type {
  Deposited,
  JobArchive,
  JobRecord,
  OpenFile,
  StoredResult,
  UploadStream,
} from '../jobs/ports/job-archive.ts';
import type { JobFilter, JobPage } from '../jobs/ports/job-runtime.ts';
import { enterDue, eraseWork, listDue } from './deletion.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';
import { readAhead } from './read-ahead.ts';
import { enterUsage } from './usage.ts';

/** As `manifest.json` holds it: with the key of each file's bytes, which is nobody else's business. */
export type StoredManifest = Omit<Manifest, 'files'> & {
  readonly files: readonly (FileEntry & { readonly key: string })[];
};

/** Results that are remembered; of a job with thousands of files one has megabytes. */
const MAX_RESULTS = 20;

/** Records that one page may go through. */
const MAX_LOOKS = 2000;

/** As it is kept: with the job at the moment that is told. */
export interface StoredDelivery extends Delivery {
  readonly about: Job;
}

export class StoredArchive implements JobArchive {
  readonly #store: ObjectStore;
  readonly #keys: Keyring;
  /** What a run produced never changes, and a page with a hundred pictures asks for it a hundred times. */
  readonly #results = new LRUCache<string, StoredResult>({ max: MAX_RESULTS });

  constructor(store: ObjectStore, keys: Keyring) {
    this.#store = store;
    this.#keys = keys;
  }

  async record(ref: JobRef): Promise<JobRecord | null> {
    const record = await readJson<JobRecord>(this.#store, layout.recordKey(ref));
    return record && { ...record, job: whole(record.job) };
  }

  async list(
    tenant: string,
    filter: JobFilter,
    page: { limit: number; cursor?: string | undefined; before?: Date | undefined; looks?: number },
  ): Promise<JobPage> {
    if (filter.state && !isTerminal(filter.state)) return { jobs: [], cursor: null };
    const jobs: Job[] = [];
    let looks = 0;
    const entries = readAhead<Job>(this.#store, this.#entries(tenant, page), page.limit);
    for await (const { key, value: job } of entries) {
      if (job && matches(job, filter)) jobs.push(whole(job));
      looks += 1;
      // Of a filter that few match, the client goes on from here rather than wait for all that there ever was.
      if (jobs.length === page.limit || looks === (page.looks ?? MAX_LOOKS)) return { jobs, cursor: key };
    }
    return { jobs, cursor: null };
  }

  /** Keys of the entries of the list: first those of ended jobs, then those of refused ones, as cursors they tell which. */
  async *#entries(
    tenant: string,
    { cursor, before }: { cursor?: string | undefined; before?: Date | undefined },
  ): AsyncIterable<string> {
    const refused = layout.refusedPrefix(tenant);
    const amongRefused = cursor?.startsWith(refused) ?? false;
    if (!amongRefused) {
      const after = cursor ?? (before && layout.endedBefore(tenant, before));
      const options = after ? { after } : {};
      for await (const { key } of this.#store.list(layout.endedPrefix(tenant), options)) yield key;
    }
    const options = amongRefused && cursor ? { after: cursor } : {};
    for await (const { key } of this.#store.list(refused, options)) yield key;
  }

  async result(ref: JobRef, run: number): Promise<StoredResult | null> {
    const key = layout.manifestKey(ref, run);
    const known = this.#results.get(key);
    if (known) return known;
    const stored = await readJson<StoredManifest>(this.#store, key);
    if (!stored) return null;
    const files = stored.files.map(
      ({ key, ...entry }): OpenFile => ({
        entry,
        open: this.#opener(key),
        link: (expiresSeconds) => this.#link(key, entry, expiresSeconds),
      }),
    );
    const result = { manifest: { ...stored, files: files.map(({ entry }) => entry) }, files };
    this.#results.set(key, result);
    return result;
  }

  #opener(key: string): OpenFile['open'] {
    return async (range) => {
      const body = await this.#store.get(key, range);
      if (!body) throw new Error('A file of the manifest is missing in the store');
      return Readable.toWeb(body) as ReadableStream<Uint8Array>;
    };
  }

  #link(key: string, { path, media_type }: FileEntry, expiresSeconds: number): Promise<string | null> {
    const fileName = path.split('/').at(-1) ?? path;
    return this.#store.link(key, { expiresSeconds, fileName, mediaType: media_type });
  }

  async deliveries(ref: JobRef): Promise<Delivery[]> {
    const found: Delivery[] = [];
    for await (const { key } of this.#store.list(layout.deliveryPrefix(ref))) {
      const stored = await readJson<StoredDelivery>(this.#store, key);
      if (!stored) continue;
      const { about: _, ...delivery } = stored;
      found.push(delivery);
    }
    return found;
  }

  async begin({ tenant, id }: JobRef, request: string, asInput: boolean): Promise<void> {
    const begun: BegunRequest = { ref: { tenant, id }, at: new Date().toISOString(), asInput };
    await this.#store.put(layout.begunRequestKey(request), JSON.stringify(begun));
  }

  async seal(ref: JobRef, { request, position }: Deposited, inputs: JobInputs): Promise<SealedInputs> {
    const sealed = `${request}/${position}`;
    const key = layout.sealedKey(ref, sealed);
    await this.#store.put(key, this.#keys.seal(JSON.stringify(inputs), key));
    return { sealed };
  }

  async upload(ref: JobRef, { request, position, asInput, body, signal }: UploadStream): Promise<Upload> {
    const upload = asInput ? layout.ONLY_INPUT : `${request}/${position}`;
    return { upload, ...(await this.#store.put(layout.uploadKey(ref, upload), body, { signal })) };
  }

  async commitRequest(_ref: JobRef, request: string): Promise<void> {
    await this.#store.delete(layout.begunRequestKey(request));
  }

  async rollbackRequest(ref: JobRef, request: string): Promise<void> {
    const begun = await readJson<BegunRequest>(this.#store, layout.begunRequestKey(request));
    if (begun?.asInput) await this.#store.delete(layout.inputKey(ref));
    await this.#store.deleteAll(layout.uploadPrefix(ref, request));
    await this.#store.deleteAll(layout.sealedPrefix(ref, request));
    await this.#store.delete(layout.begunRequestKey(request));
  }

  async *abandoned(before: Date): AsyncIterable<{ ref: JobRef; request: string }> {
    for await (const { key } of this.#store.list(layout.begunRequestsPrefix)) {
      const begun = await readJson<BegunRequest>(this.#store, key);
      if (begun && new Date(begun.at) < before)
        yield { ref: begun.ref, request: key.slice(layout.begunRequestsPrefix.length) };
    }
  }

  async unseal(ref: JobRef, { sealed }: SealedInputs, signal?: AbortSignal): Promise<JobInputs> {
    const key = layout.sealedKey(ref, sealed);
    const body = await this.#store.get(key, signal && { signal });
    if (!body) throw new DarkroomError('operation_failed', 'The inputs of this job were erased');
    return JSON.parse(this.#keys.open(await buffer(body), key)) as JobInputs;
  }

  async isDeleted(ref: JobRef): Promise<boolean> {
    return (await this.#store.head(layout.tombstoneKey(ref))) !== null;
  }

  async tombstone(ref: JobRef, remains: ScheduledDeletion | null): Promise<void> {
    if (remains) await enterDue(this.#store, remains);
    await this.#store.put(layout.tombstoneKey(ref), new Date().toISOString());
  }

  due(now: Date): AsyncIterable<ScheduledDeletion> {
    return listDue(this.#store, now);
  }

  async settle(due: ScheduledDeletion, next: ScheduledDeletion | null): Promise<void> {
    if (next) await enterDue(this.#store, next);
    await this.#store.delete(layout.dueKey(due));
  }

  eraseWork(record: JobRecord, until: Date): Promise<void> {
    return eraseWork(this.#store, record, until);
  }

  async erase(ref: JobRef): Promise<void> {
    const record = await this.record(ref);
    if (record?.job.completed_at) {
      const entry = record.runInput ? layout.endedKey : layout.refusedKey;
      await this.#store.delete(entry(ref, new Date(record.job.completed_at)));
      await this.#forgetDue(record);
    }
    await this.#store.delete(layout.inputKey(ref));
    await this.#store.deleteAll(layout.jobPrefix(ref));
  }

  async #forgetDue(record: JobRecord): Promise<void> {
    for (const due of [firstDeletion(record), jobDeletion(record)])
      if (due) await this.#store.delete(layout.dueKey(due));
  }

  async putManifest(ref: JobRef, manifest: StoredManifest): Promise<void> {
    await this.#store.put(layout.manifestKey(ref, manifest.run), JSON.stringify(manifest));
  }

  async end(record: JobRecord): Promise<void> {
    const { job } = record;
    if (!job.completed_at) throw new Error('Only a job that has ended has a record');
    const key = layout.endedKey(job, new Date(job.completed_at));
    const earlier = job.run > 1 ? await this.record(job) : null;
    const due = firstDeletion(record);
    await Promise.all([
      this.#store.put(key, JSON.stringify(job)),
      ...(due ? [enterDue(this.#store, due)] : []),
      enterUsage(this.#store, job),
    ]);
    if (earlier?.job.completed_at) {
      const old = layout.endedKey(job, new Date(earlier.job.completed_at));
      if (old !== key) await this.#store.delete(old);
      await this.#forgetDue(earlier);
    }
    // Last, so that a second attempt still finds the entry of the earlier run.
    await this.#store.put(layout.recordKey(job), JSON.stringify(record));
  }

  async refuse(record: JobRecord): Promise<void> {
    const { job } = record;
    const due = firstDeletion(record);
    if (due) await enterDue(this.#store, due);
    await this.#store.put(layout.recordKey(job), JSON.stringify(record));
    await this.#store.put(layout.refusedKey(job, new Date(job.created_at)), JSON.stringify(job));
  }
}

/** A request that has put something into the store, from then until its job is accepted or refused. */
interface BegunRequest {
  readonly ref: JobRef;
  readonly at: string;
  readonly asInput: boolean;
}

/** Versions before this one recorded less. */
const whole = (job: Job): Job => ({ ...job, usage: job.usage ?? noUsage });

function matches(job: Job, filter: JobFilter): boolean {
  return (
    (filter.state === undefined || job.state === filter.state) &&
    (filter.operation === undefined || job.operation === filter.operation) &&
    (filter.dialect === undefined || job.dialect === filter.dialect) &&
    (filter.since === undefined || new Date(job.created_at) >= filter.since)
  );
}
