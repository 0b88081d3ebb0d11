import { useEffect, useReducer } from 'preact/hooks';
import type { DarkroomProblem, Job } from '../../src/client/client.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { usePageVisible } from '../lib/use-page-visible.ts';
import { applyUpdate, type LiveJob } from './live-job.ts';

/** Polling interval, for the estimate and for changes to an ended job, which have no events. */
const POLL_MS = 4000;

interface ShownJob extends LiveJob {
  readonly problem: DarkroomProblem | null;
  /** Applies a job that an action returned. */
  readonly update: (job: Job) => void;
}

/** Returns a job that stays up to date by events and polling. */
export function useJob(id: string): ShownJob {
  const client = useClient();
  const visible = usePageVisible();
  const [live, dispatch] = useReducer(applyUpdate, { job: null, timeline: [] });
  const { value: loaded, problem } = useLoaded(id, (signal) => client.get(id, { signal }), {
    refreshMs: POLL_MS,
  });
  useEffect(() => {
    if (loaded) dispatch({ kind: 'loaded', job: loaded });
  }, [loaded]);

  const run = live.job?.run ?? null;
  useEffect(() => {
    if (!visible || run === null) return;
    const stop = new AbortController();
    const listen = async () => {
      for await (const event of client.events(id, { signal: stop.signal }))
        dispatch({ kind: 'event', event });
    };
    // Without events, such as behind a proxy that blocks streams, polling continues.
    listen().catch(() => undefined);
    return () => stop.abort();
  }, [client, id, visible, run]);

  return { ...live, problem, update: (job) => dispatch({ kind: 'loaded', job }) };
}
