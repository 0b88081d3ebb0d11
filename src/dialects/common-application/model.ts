/** Jobs in the words of this dialect. */
import { z } from 'zod';
import type { Job } from '../../jobs/model/job.ts';
import type { JobState } from '../../jobs/model/states.ts';
import type { StoredResult } from '../../jobs/ports/job-archive.ts';
import type { JobSnapshot } from '../../jobs/ports/job-runtime.ts';
import { taskId } from './requests.ts';

export const NAME = 'common-application';

/** In the order in which a task goes through them. */
const statuses = ['CREATED', 'DOWNLOADING', 'WAITING', 'PROCESSING', 'COMPLETED'] as const;

type Status = (typeof statuses)[number];

const resultTypes = ['JSON', 'STREAM', 'WEBSITE'] as const;

export type ResultType = (typeof resultTypes)[number];

export const task = z
  .object({
    task_id: taskId,
    status: z.enum(statuses).meta({ description: 'The furthest that the task has come; never goes back' }),
    assets_downloaded: z
      .int()
      .min(0)
      .max(100)
      .meta({ description: 'Percentage of `assets_total`; without it, of the assets given so far' }),
    result_id: z.string().nullable().meta({ description: 'Where the result is, once COMPLETED' }),
    result_type: z.enum(resultTypes).nullable(),
  })
  .meta({ id: 'Task' });

/** The status that each state reaches; an end without a result reaches none. */
const reached: Readonly<Record<JobState, Status | null>> = {
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
 * The furthest of all that the job went through. Assets that come later are fetched while the task is WAITING, since it has
 * been that; and before the first asset there is nothing to wait on, so it is CREATED.
 */
export function statusOf({ job, timeline }: JobSnapshot): Status {
  if (job.result) return 'COMPLETED';
  // Only one that has waited again and again has a history so long that its beginning is forgotten.
  const forgotten = (timeline[0]?.seq ?? 1) > 1;
  const fetching = timeline.findIndex(({ state }) => state === 'downloading');
  const ranks = timeline.map(({ state }, index) => {
    const early = state === 'waiting' && !forgotten && (fetching < 0 || index < fetching);
    return statuses.indexOf(early ? 'CREATED' : (reached[state] ?? 'CREATED'));
  });
  return statuses[Math.max(forgotten ? statuses.indexOf('WAITING') : 0, ...ranks)] ?? 'CREATED';
}

/** Why the task will never be completed; null of all others. */
export const failureOf = ({ state, result, error }: Job): string | null =>
  (state === 'failed' || state === 'cancelled') && !result
    ? (error?.message ?? `The task was ${state}`)
    : null;

export function taskOf(
  snapshot: JobSnapshot,
  result: { readonly url: string; readonly type: ResultType } | null,
): z.infer<typeof task> {
  const { id, assets } = snapshot.job;
  return {
    task_id: id,
    status: statusOf(snapshot),
    assets_downloaded: assets.total > 0 ? Math.floor((100 * assets.downloaded) / assets.total) : 0,
    result_id: result?.url ?? null,
    result_type: result?.type ?? null,
  };
}

/** The page with which a result that is a website begins. */
export const FRONT_PAGE = 'index.html';

export function typeOf({ manifest, files }: StoredResult): ResultType {
  if (manifest.kind === 'json') return 'JSON';
  return files.some(({ entry }) => entry.path === FRONT_PAGE) ? 'WEBSITE' : 'STREAM';
}
