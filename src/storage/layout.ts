/** Where everything of a job lies in the object store. The one place that spells keys. */
import type { Batch } from '../jobs/batch.ts';
import type { JobRef } from '../jobs/order.ts';

export const jobPrefix = ({ tenant, id }: JobRef): string => `${tenant}/jobs/${id}/`;

/** The job as it ended. */
export const recordKey = (ref: JobRef): string => `${jobPrefix(ref)}job.json`;

/** Inputs with secrets, or too long for Temporal, encrypted; named afresh by each submission, so that none overwrites another's. */
export const sealedKey = (ref: JobRef, name: string): string => `${jobPrefix(ref)}sealed/${name}`;

/** Outcomes of the downloads of a batch. */
export const batchKey = (ref: JobRef, batch: Batch): string =>
  `${jobPrefix(ref)}inputs/${pad(batch.index)}.json`;

export const assetKey = (ref: JobRef, index: number): string => `${jobPrefix(ref)}inputs/files/${pad(index)}`;

/** The only input of a job of an API that says where it lies: beside the jobs, under the job's id. */
export const inputKey = ({ tenant, id }: JobRef): string => `${tenant}/input/${id}`;

/** What an upload that lies there is called. */
export const ONLY_INPUT = 'input';

/** Bytes that came with a request: `name` is that of the request, and a number; or `ONLY_INPUT`. */
export const uploadKey = (ref: JobRef, name: string): string =>
  name === ONLY_INPUT ? inputKey(ref) : `${jobPrefix(ref)}uploads/${name}`;

export const uploadPrefix = (ref: JobRef, request: string): string => `${jobPrefix(ref)}uploads/${request}/`;

/** Of all tenants: requests that are uploading. */
export const begunUploadsPrefix = '_uploading/';

export const begunUploadsKey = (request: string): string => `${begunUploadsPrefix}${request}`;

/** Of all tenants: keys of the API. No tenant's name begins with an underscore. */
export const apiKeysPrefix = '_keys/';

export const apiKeyKey = (id: string): string => `${apiKeysPrefix}${id}.json`;

const runPrefix = (ref: JobRef, run: number): string => `${jobPrefix(ref)}runs/${run}/`;

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

export const refusedPrefix = (tenant: string): string => `${tenant}/refused/`;

/** Likewise, for each job that was refused. */
export const refusedKey = (ref: JobRef, at: Date): string =>
  `${refusedPrefix(ref.tenant)}${latestFirst(at)}-${ref.id}`;

/** Sorts before every job that ended earlier than this time. */
export const endedBefore = (tenant: string, time: Date): string =>
  `${endedPrefix(tenant)}${latestFirst(time)}`;

const latestFirst = (time: Date): string => String(1e14 - time.getTime()).padStart(14, '0');
const pad = (index: number): string => String(index).padStart(5, '0');
const part = (batch: Batch | null): string => (batch === null ? 'all' : pad(batch.index));
