import { useEffect, useState } from 'preact/hooks';
import { type DarkroomProblem, hasEnded, type Job, type LogEntry } from '../../src/client/client.ts';
import { toProblem } from '../lib/problem.ts';
import { useClient } from '../lib/session.ts';
import { usePageVisible } from '../lib/use-page-visible.ts';

/** Entries arrive in bursts; the page renders them together. */
const RENDER_DELAY_MS = 100;

export interface JobLog {
  /** By time, of all runs. */
  readonly entries: readonly LogEntry[];
  readonly problem: DarkroomProblem | null;
}

/** Returns the log of a job, which grows until the job ends. */
export function useLog(job: Job | null): JobLog {
  const client = useClient();
  const visible = usePageVisible();
  const [log, setLog] = useState<JobLog>({ entries: [], problem: null });
  const { id, run } = job ?? { id: null, run: 0 };
  const follow = job !== null && !hasEnded(job);
  useEffect(() => {
    if (id === null || !visible) return;
    const stop = new AbortController();
    const { signal } = stop;
    const entries: LogEntry[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const render = (problem: DarkroomProblem | null) => {
      clearTimeout(timer);
      timer = undefined;
      if (!signal.aborted)
        setLog((before) => ({ entries: problem ? before.entries : [...entries], problem }));
    };
    const read = async () => {
      for await (const entry of client.log(id, { follow, signal })) {
        entries.push(entry);
        timer ??= setTimeout(render, RENDER_DELAY_MS, null);
      }
      render(null);
    };
    read().catch((error: unknown) => render(toProblem(error)));
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, id, run, follow, visible]);
  return log;
}
