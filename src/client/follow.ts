import { isTerminal } from '../jobs/model/states.ts';
import { parseRetryAfter } from '../lib/retry-after.ts';
import { events } from './events.ts';
import { OutageRetry } from './outage-retry.ts';
import { DarkroomProblem } from './problem.ts';
import type { EventOptions } from './server-events.ts';
import { sleep } from './sleep.ts';
import { jobPath, type Transport } from './transport.ts';
import type { Job, JobProgress, ProgressEvent, StateEvent } from './types.ts';

const POLL_MS = 1000;

/** Follows a job to its end, by events or by polling. Calls `onProgress` on each change. Resolves with the ended job. */
export async function follow(
  transport: Transport,
  id: string,
  options: EventOptions,
  onProgress: (progress: JobProgress) => void,
): Promise<Job> {
  let known: JobProgress = {
    state: 'created',
    stage: null,
    paused: false,
    progress: 0,
    assets: { total: 0, downloaded: 0, failed: 0 },
  };
  const report = (event: StateEvent | ProgressEvent) => {
    known = mergeEvent(known, event);
    // The event `end` reports the end.
    if (!isTerminal(known.state)) onProgress(known);
  };
  /** Past transitions, held back until a later event has the number of assets; then null. */
  let past: StateEvent[] | null = [];
  try {
    for await (const event of events(transport, id, options)) {
      if (past) {
        if (event.type === 'state') {
          past.push(event);
          continue;
        }
        const { total } = event.type === 'end' ? event.job.assets : event.assets;
        known = { ...known, assets: { ...known.assets, total } };
        past.forEach(report);
        past = null;
      }
      if (event.type === 'end') return event.job;
      report(event);
    }
  } catch (error) {
    if (!isWithoutEvents(error)) throw error;
  }
  return poll(transport, id, options, onProgress);
}

/** Progress never goes backwards: an attempt that begins again tells less than the one before. */
function mergeEvent(known: JobProgress, event: StateEvent | ProgressEvent): JobProgress {
  const { state, stage } = event;
  const progress = Math.max(known.progress, event.progress ?? 0);
  return event.type === 'state'
    ? { ...known, state, stage, paused: event.paused, progress }
    : { ...known, state, stage, progress, assets: event.assets };
}

/** True for a proxy or server without event streams; false if the job does not exist. */
function isWithoutEvents(error: unknown): boolean {
  if (!(error instanceof DarkroomProblem)) return false;
  return [404, 405, 406, 429, 501].includes(error.status) && error.code !== 'job_not_found';
}

async function poll(
  transport: Transport,
  id: string,
  options: EventOptions,
  onProgress: (progress: JobProgress) => void,
): Promise<Job> {
  const { signal } = options;
  const outageRetry = new OutageRetry(options);
  let etag: string | null = null;
  for (;;) {
    try {
      const headers: Record<string, string> = etag === null ? {} : { 'if-none-match': etag };
      const answer = await transport.send({ path: jobPath(id), headers, signal }, async (response) => ({
        job: response.status === 304 ? null : ((await response.json()) as Job),
        etag: response.headers.get('etag'),
        delay: parseRetryAfter(response.headers.get('retry-after')),
      }));
      outageRetry.reset();
      etag = answer.etag;
      if (answer.job && isTerminal(answer.job.state)) return answer.job;
      if (answer.job) onProgress(answer.job);
      await sleep(answer.delay ?? POLL_MS, signal);
    } catch (error) {
      signal?.throwIfAborted();
      await outageRetry.wait(error);
    }
  }
}
