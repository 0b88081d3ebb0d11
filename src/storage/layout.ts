/**
 * Keys of all objects that darkroom stores. This is the only module that spells them.
 *
 * Folders are few: on a file system, each new folder costs as much as an object. It is made and synced, and so is its parent.
 *
 * Keys that begin with an underscore belong to no tenant: the name of a tenant never does.
 */

import type { Batch } from '../jobs/model/batch.ts';
import type { StagePart } from '../jobs/model/checkpoint.ts';
import type { LogSegmentName } from '../jobs/model/job-log.ts';
import type { CollectedInputs, JobRef } from '../jobs/model/run-input.ts';
import type { ScheduledDeletion } from '../jobs/model/scheduled-deletion.ts';

/** Below it are all objects of a tenant. */
export const tenantPrefix = (tenant: string): string => `${tenant}/`;

/** Below it are all objects of a job, except the fixed-key input, list entries and the tombstone. */
export const jobPrefix = ({ tenant, id }: JobRef): string => `${tenant}/jobs/${id}/`;

/** The record of a job that has ended. */
export const recordKey = (ref: JobRef): string => `${jobPrefix(ref)}job.json`;

/** Encrypted inputs. `name` is the id of the request and a number, so no request overwrites those of another. */
export const sealedKey = (ref: JobRef, name: string): string => `${jobPrefix(ref)}sealed/${name}`;

export const sealedPrefix = (ref: JobRef, request: string): string => `${jobPrefix(ref)}sealed/${request}/`;

/** Downloaded assets, and the outcomes of the downloads. */
export const fetchedPrefix = (ref: JobRef): string => `${jobPrefix(ref)}inputs/`;

/** Outcomes of the downloads of a batch. */
export const batchKey = (ref: JobRef, batch: Batch): string =>
  `${fetchedPrefix(ref)}${pad(batch.index)}.json`;

/** A batch of the inputs that were collected for a step. */
export const collectedKey = (ref: JobRef, { step, run }: CollectedInputs, batch: Batch): string =>
  `${stepPrefix(ref, run, step)}inputs/${pad(batch.index)}.json`;

/** How many inputs were collected for a step. Written after the batches. */
export const collectedCountsKey = (ref: JobRef, { step, run }: CollectedInputs): string =>
  `${stepPrefix(ref, run, step)}inputs.json`;

/** `download`: an id of this download. */
export const assetKey = (ref: JobRef, index: number, download: string): string =>
  `${fetchedPrefix(ref)}asset-${pad(index)}-${download}`;

/** The only input of a job whose dialect documents where inputs are stored. */
export const inputKey = ({ tenant, id }: JobRef): string => `${tenant}/input/${id}`;

/** The name of the upload at `inputKey`. */
export const ONLY_INPUT = 'input';

/** Uploaded bytes. `name` is the id of the request and a number, or `ONLY_INPUT`. */
export const uploadKey = (ref: JobRef, name: string): string =>
  name === ONLY_INPUT ? inputKey(ref) : `${jobPrefix(ref)}uploads/${name}`;

export const uploadPrefix = (ref: JobRef, request: string): string => `${jobPrefix(ref)}uploads/${request}/`;

/** Markers of requests that have stored something and whose job is not accepted yet. */
export const openRequestsPrefix = '_uploading/';

export const openRequestKey = (request: string): string => `${openRequestsPrefix}${request}`;

/** API keys. */
export const apiKeysPrefix = '_keys/';

export const apiKeyKey = (id: string): string => `${apiKeysPrefix}${id}.json`;

/** Credentials of all tenants. */
export const allCredentialsPrefix = '_credentials/';

export const credentialsPrefix = (tenant: string): string => `${allCredentialsPrefix}${tenant}/`;

export const credentialsKey = (tenant: string, name: string): string =>
  `${credentialsPrefix(tenant)}${name}.json`;

/** Returns TENANT/NAME of the credentials under this key. */
export const nameOfCredentials = (key: string): string =>
  key.slice(allCredentialsPrefix.length, -'.json'.length);

/** Multipart uploads of exports that have begun. */
export const openUploadsPrefix = '_exports/';

export const openUploadKey = (id: string): string => `${openUploadsPrefix}${id}.json`;

/** Templates of a tenant; null: shared ones. A tenant cannot be called `_shared`. */
export const templatesPrefix = (owner: string | null): string => `_templates/${owner ?? '_shared'}/`;

export const templatePrefix = (owner: string | null, name: string): string =>
  `${templatesPrefix(owner)}${name}/`;

/** In ascending order of keys, the first version comes first. */
export const templateKey = (owner: string | null, name: string, version: number, tag: string): string =>
  `${templatePrefix(owner, name)}${pad(version)}-${tag}.json`;

/** The tag of the object that marks a template as deleted. Other tags are digests. */
export const DELETED = 'deleted';

/** Returns what the key of a template says. */
export function parseTemplateKey(key: string): { name: string; version: number; isDeletion: boolean } {
  const [, , name = '', file = ''] = key.split('/');
  return { name, version: Number.parseInt(file, 10), isDeletion: file.endsWith(`-${DELETED}.json`) };
}

/** Batches of audit events. In ascending order of keys, the oldest comes first. */
export const auditPrefix = '_audit/';

export const auditKey = (at: Date, batch: string): string => `${auditBefore(at)}-${batch}.jsonl`;

/** Sorts before the batches that were written from this time on. */
export const auditBefore = (at: Date): string =>
  `${auditPrefix}${at.toISOString().slice(0, 10)}/${digits(at.getTime())}`;

/** The fingerprint of the master key that the store is encrypted with. */
export const masterKeyKey = '_master-key';

/** All that stages wrote. */
export const runsPrefix = (ref: JobRef): string => `${jobPrefix(ref)}runs/`;

/** The run that an object belongs to; 0 for objects outside of runs. */
export const runOf = (ref: JobRef, key: string): number =>
  key.startsWith(runsPrefix(ref)) ? Number.parseInt(key.slice(runsPrefix(ref).length), 10) : 0;

const runPrefix = (ref: JobRef, run: number): string => `${runsPrefix(ref)}${run}/`;

const stepPrefix = (ref: JobRef, run: number, step: string): string => `${runPrefix(ref, run)}${step}/`;

export const checkpointKey = (part: StagePart): string => `${partPrefix(part, 'checkpoint')}.json`;

/** Files for the next stage. `attempt`: an id of the attempt that writes them. */
export const workspacePrefix = (part: StagePart, attempt: string): string =>
  `${partPrefix(part, 'workspace')}-${attempt}/`;

/** Each attempt at a batch has a folder of its own, because several may choose the same names for their outputs. */
export const outputPrefix = (part: StagePart, attempt: string): string =>
  `${partPrefix(part, 'output')}-${attempt}/`;

const partPrefix = ({ job, step, stage, batch }: StagePart, what: string): string =>
  `${stepPrefix(job, stage.run, step)}${what}-${stage.name}-${batchName(batch)}`;

export const manifestKey = (ref: JobRef, run: number): string => `${runPrefix(ref, run)}manifest.json`;

export const deliveryPrefix = (ref: JobRef): string => `${jobPrefix(ref)}deliveries/`;

export const deliveryKey = (ref: JobRef, run: number, seq: number): string =>
  `${deliveryPrefix(ref)}${pad(run)}-${pad(seq)}.json`;

/** The log of a job, of all its runs. */
export const logPrefix = (ref: JobRef): string => `${jobPrefix(ref)}log/`;

export const logSegmentKey = (ref: JobRef, { run, name }: LogSegmentName): string =>
  `${logPrefix(ref)}${pad(run)}/${name}.json`;

export function logSegmentOf(ref: JobRef, key: string): LogSegmentName {
  const [run = '', file = ''] = key.slice(logPrefix(ref).length).split('/');
  return { run: Number.parseInt(run, 10), name: file.replace(/\.json$/, '') };
}

/** Outlives the job, so that its id stays taken. */
export const tombstoneKey = ({ tenant, id }: JobRef): string => `${tenant}/deleted/${id}`;

/** List entries of ended jobs. */
export const endedPrefix = (tenant: string): string => `${tenant}/ended/`;

/** In ascending order of keys, the latest end comes first. */
export const endedKey = (ref: JobRef, completedAt: Date): string =>
  `${endedBefore(ref.tenant, completedAt)}-${ref.id}`;

/** Sorts before the entries of all jobs that ended before this time. */
export const endedBefore = (tenant: string, at: Date): string => `${endedPrefix(tenant)}${latestFirst(at)}`;

/** List entries of refused jobs. */
export const refusedPrefix = (tenant: string): string => `${tenant}/refused/`;

export const refusedKey = (ref: JobRef, at: Date): string =>
  `${refusedPrefix(ref.tenant)}${latestFirst(at)}-${ref.id}`;

/** Returns the id in the key of a refused job. */
export const refusedId = (key: string): string => key.replace(/^.*?\/refused\/\d+-/, '');

/** Which results can be reused, of all tenants. */
export const reusePrefix = '_reuse/';

/** `digest`: of the work that gave the results. */
export const reuseKey = (tenant: string, digest: string): string => `${reusePrefix}${tenant}/${digest}.json`;

/** The schedule of deletions of all tenants. In ascending order of keys, the oldest comes first. */
export const deletionsPrefix = '_due/';

export const deletionKey = ({ ref, run, what, at }: ScheduledDeletion): string =>
  `${deletionsPrefix}${[digits(at.getTime()), ref.tenant, ref.id, pad(run), what].join('~')}`;

/** Whether the deletion under this key is due. */
export const isDue = (key: string, now: Date): boolean => key < `${deletionsPrefix}${digits(now.getTime())}`;

/** Usage of ended runs, by the day of their end: an empty object for each run. */
export const usagePrefix = '_usage/';

export const usageDayPrefix = (day: string, tenant: string): string => `${usagePrefix}${day}/${tenant}/`;

/** The totals of a day and tenant. */
export const usageTotalKey = (day: string, tenant: string): string =>
  `${usagePrefix}sums/${tenant}/${day}.json`;

const digits = (number: number): string => String(number).padStart(14, '0');
const latestFirst = (at: Date): string => digits(1e14 - at.getTime());
const pad = (index: number): string => String(index).padStart(5, '0');
const batchName = (batch: Batch | null): string => (batch === null ? 'all' : pad(batch.index));
