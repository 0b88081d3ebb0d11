/** Where everything of a job lies in the object store. The one place that spells keys. */

import type { Batch } from '../jobs/model/batch.ts';
import type { JobRef } from '../jobs/model/run-input.ts';
import type { ScheduledDeletion } from '../jobs/model/scheduled-deletion.ts';

export const jobPrefix = ({ tenant, id }: JobRef): string => `${tenant}/jobs/${id}/`;

/** The job as it ended. */
export const recordKey = (ref: JobRef): string => `${jobPrefix(ref)}job.json`;

/** Inputs with secrets, or too long for Temporal, encrypted: `name` is that of the request, and a number, so that none overwrites another's. */
export const sealedKey = (ref: JobRef, name: string): string => `${jobPrefix(ref)}sealed/${name}`;

export const sealedPrefix = (ref: JobRef, request: string): string => `${jobPrefix(ref)}sealed/${request}/`;

/** Of assets that were fetched: their bytes, and how each download went. */
export const fetchedPrefix = (ref: JobRef): string => `${jobPrefix(ref)}inputs/`;

/** Outcomes of the downloads of a batch. */
export const batchKey = (ref: JobRef, batch: Batch): string =>
  `${fetchedPrefix(ref)}${pad(batch.index)}.json`;

/** `attempt`: each download has a name of its own. */
export const assetKey = (ref: JobRef, index: number, attempt: string): string =>
  `${fetchedPrefix(ref)}files/${pad(index)}-${attempt}`;

/** The only input of a job of an API that says where it lies: beside the jobs, under the job's id. */
export const inputKey = ({ tenant, id }: JobRef): string => `${tenant}/input/${id}`;

/** What an upload that lies there is called. */
export const ONLY_INPUT = 'input';

/** Bytes that came with a request: `name` is that of the request, and a number; or `ONLY_INPUT`. */
export const uploadKey = (ref: JobRef, name: string): string =>
  name === ONLY_INPUT ? inputKey(ref) : `${jobPrefix(ref)}uploads/${name}`;

export const uploadPrefix = (ref: JobRef, request: string): string => `${jobPrefix(ref)}uploads/${request}/`;

/** Of all tenants: requests that have put something into the store, and made no job of it yet. */
export const begunRequestsPrefix = '_uploading/';

export const begunRequestKey = (request: string): string => `${begunRequestsPrefix}${request}`;

/** Of all tenants: keys of the API. No tenant's name begins with an underscore. */
export const apiKeysPrefix = '_keys/';

export const apiKeyKey = (id: string): string => `${apiKeysPrefix}${id}.json`;

/** Tells which master key the store is sealed with. */
export const masterKeyKey = '_master-key';

/** What stages made. */
export const runsPrefix = (ref: JobRef): string => `${jobPrefix(ref)}runs/`;

/** The run that an object belongs to; 0 where it belongs to none. */
export const runOf = (ref: JobRef, key: string): number =>
  key.startsWith(runsPrefix(ref)) ? Number.parseInt(key.slice(runsPrefix(ref).length), 10) : 0;

const runPrefix = (ref: JobRef, run: number): string => `${runsPrefix(ref)}${run}/`;

/** A stage's part (a batch, or all) that is done: its outputs and what it left in the workspace. */
export const checkpointKey = (ref: JobRef, run: number, stage: string, batch: Batch | null): string =>
  `${runPrefix(ref, run)}stages/${stage}/${part(batch)}.json`;

export const workspacePrefix = (ref: JobRef, run: number, stage: string, batch: Batch | null): string =>
  `${runPrefix(ref, run)}stages/${stage}/files/${part(batch)}/`;

/** Batches may choose the same names for their outputs, so each has a folder of its own. */
export const outputKey = (
  ref: JobRef,
  run: number,
  stage: string,
  batch: Batch | null,
  path: string,
): string => `${runPrefix(ref, run)}outputs/${stage}/${part(batch)}/${path}`;

export const manifestKey = (ref: JobRef, run: number): string => `${runPrefix(ref, run)}manifest.json`;

export const deliveryPrefix = (ref: JobRef): string => `${jobPrefix(ref)}deliveries/`;

export const deliveryKey = (ref: JobRef, run: number, seq: number): string =>
  `${deliveryPrefix(ref)}${pad(run)}-${pad(seq)}.json`;

/** Outlives the job, so that its id stays taken. */
export const tombstoneKey = ({ tenant, id }: JobRef): string => `${tenant}/deleted/${id}`;

export const endedPrefix = (tenant: string): string => `${tenant}/ended/`;

/** One small object for each ended job; in ascending order of keys the newest end comes first. */
export const endedKey = (ref: JobRef, completedAt: Date): string =>
  `${endedPrefix(ref.tenant)}${latestFirst(completedAt)}-${ref.id}`;

/** Of all tenants: ended jobs of which something is to be erased; in ascending order of keys the longest due comes first. */
export const duePrefix = '_due/';

export const dueKey = ({ ref, run, what, at }: ScheduledDeletion): string =>
  `${duePrefix}${time(at)}-${ref.tenant}-${ref.id}-${pad(run)}-${what}`;

/** Whether it is due by this time. */
export const isDue = (key: string, now: Date): boolean => key < `${duePrefix}${time(now)}`;

/** Of all tenants: what runs took, an empty object each, by the day of their end. */
export const usagePrefix = '_usage/';

export const usageDay = (day: string, tenant: string): string => `${usagePrefix}${day}/${tenant}/`;

/** A day of a tenant that is over, added up. */
export const usageSum = (day: string, tenant: string): string => `${usagePrefix}sums/${tenant}/${day}.json`;

export const refusedPrefix = (tenant: string): string => `${tenant}/refused/`;

/** Likewise, for each job that was refused. */
export const refusedKey = (ref: JobRef, at: Date): string =>
  `${refusedPrefix(ref.tenant)}${latestFirst(at)}-${ref.id}`;

/** Sorts before every job that ended earlier than this time. */
export const endedBefore = (tenant: string, at: Date): string => `${endedPrefix(tenant)}${latestFirst(at)}`;

const time = (at: Date): string => String(at.getTime()).padStart(14, '0');
const latestFirst = (at: Date): string => String(1e14 - at.getTime()).padStart(14, '0');
const pad = (index: number): string => String(index).padStart(5, '0');
const part = (batch: Batch | null): string => (batch === null ? 'all' : pad(batch.index));
