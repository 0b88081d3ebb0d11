/** Jobs as clients of the common application API know them. */
import { z } from 'zod';
import type { Job } from '../../jobs/model/job.ts';
import type { JobState } from '../../jobs/model/states.ts';
import type { StoredResult } from '../../jobs/ports/job-archive.ts';
import type { JobSnapshot } from '../../jobs/ports/job-runtime.ts';
import { taskId } from './requests.ts';

export const NAME = 'common-application';

/** In the order in which a task passes through them. */
const statuses = ['CREATED', 'DOWNLOADING', 'WAITING', 'PROCESSING', 'COMPLETED'] as const;

type Status = (typeof statuses)[number];

const resultTypes = ['JSON', 'STREAM', 'WEBSITE'] as const;

export type ResultType = (typeof resultTypes)[number];

export const task = z
  .object({
    task_id: taskId,
    status: z
      .enum(statuses)
      .meta({ description: 'The furthest status that the task has reached; it never goes back' }),
    assets_downloaded: z
      .int()
      .min(0)
      .max(100)
      .meta({ description: 'Percentage of `assets_total`; without it, of the assets given so far' }),
    result_id: z.string().nullable().meta({ description: 'Where the result is, once COMPLETED' }),
    result_type: z.enum(resultTypes).nullable(),
  })
  .meta({ id: 'Task' });

/** The status that a task reaches in each state; null: an end without a result reaches none. */
const statusByState: Readonly<Record<JobState, Status | null>> = {
  created: 'CREATED',
  queued: 'CREATED',
  downloading: 'DOWNLOADING',
  waiting: 'WAITING',
  processing: 'PROCESSING',
  packaging: 'PROCESSING',
  completed: 'COMPLETED',
  failed: null,
  cancelled: null,
};

/**
 * Returns the furthest status that the task has reached. A task that has been WAITING stays WAITING while later assets are
 * downloaded. Before its first asset it is CREATED, although the job is waiting.
 */
export function toStatus({ job, timeline }: JobSnapshot): Status {
  if (job.result) return 'COMPLETED';
  // Only a job that has waited many times has a timeline so long that its beginning was dropped.
  const forgotten = (timeline[0]?.seq ?? 1) > 1;
  const fetching = timeline.findIndex(({ state }) => state === 'downloading');
  const ranks = timeline.map(({ state }, index) => {
    const early = state === 'waiting' && !forgotten && (fetching < 0 || index < fetching);
    return statuses.indexOf(early ? 'CREATED' : (statusByState[state] ?? 'CREATED'));
  });
  return statuses[Math.max(forgotten ? statuses.indexOf('WAITING') : 0, ...ranks)] ?? 'CREATED';
}

/** Returns why the task will never be completed; null: it is completed or may still be. */
export const findFailure = ({ state, result, error }: Job): string | null =>
  (state === 'failed' || state === 'cancelled') && !result
    ? (error?.message ?? `The task was ${state}`)
    : null;

export function toTask(
  snapshot: JobSnapshot,
  result: { readonly url: string; readonly type: ResultType } | null,
): z.infer<typeof task> {
  const { id, assets } = snapshot.job;
  return {
    task_id: id,
    status: toStatus(snapshot),
    assets_downloaded: assets.total > 0 ? Math.floor((100 * assets.downloaded) / assets.total) : 0,
    result_id: result?.url ?? null,
    result_type: result?.type ?? null,
  };
}

/** The front page of a result that is a website. */
export const FRONT_PAGE = 'index.html';

export function toResultType({ manifest, files }: StoredResult): ResultType {
  if (manifest.kind === 'json') return 'JSON';
  return files.some(({ entry }) => entry.path === FRONT_PAGE) ? 'WEBSITE' : 'STREAM';
}
