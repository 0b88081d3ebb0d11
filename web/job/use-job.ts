import { useEffect, useReducer } from 'preact/hooks';
import type { DarkroomProblem, Job } from '../../src/client/client.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { usePageVisible } from '../lib/use-page-visible.ts';
import { applyUpdate, type LiveJob } from './live-job.ts';

/** Between two looks: for the estimate, and for what others do to a job that has ended. */
const LOOK_MS = 4000;

interface ShownJob extends LiveJob {
  readonly problem: DarkroomProblem | null;
  /** A job as an answer to an action showed it. */
  readonly tell: (job: Job) => void;
}

/** A job, live: what happens comes as events, what has no event by looking again. */
export function useJob(id: string): ShownJob {
  const client = useClient();
  const visible = usePageVisible();
  const [followed, dispatch] = useReducer(applyUpdate, { job: null, timeline: [] });
  const { value: looked, problem } = useLoaded(id, (signal) => client.get(id, { signal }), {
    everyMs: LOOK_MS,
  });
  useEffect(() => {
    if (looked) dispatch({ kind: 'looked', job: looked });
  }, [looked]);

  const run = followed.job?.run ?? null;
  useEffect(() => {
    if (!visible || run === null) return;
    const stop = new AbortController();
    const listen = async () => {
      for await (const event of client.events(id, { signal: stop.signal }))
        dispatch({ kind: 'event', event });
    };
    // Looking goes on when there are no events, such as behind a proxy that lets no streams through.
    listen().catch(() => undefined);
    return () => stop.abort();
  }, [client, id, visible, run]);

  return { ...followed, problem, tell: (job) => dispatch({ kind: 'looked', job }) };
}
