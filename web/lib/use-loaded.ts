import { useEffect, useState } from 'preact/hooks';
import type { DarkroomProblem } from '../../src/client/client.ts';
import { toProblem } from './problem.ts';
import { usePageVisible } from './use-page-visible.ts';

export interface Loaded<T> {
  /** Null: not here yet. What was loaded stays while it is loaded again, and when that fails. */
  readonly value: T | null;
  /** Why it could not be loaded the last time. */
  readonly problem: DarkroomProblem | null;
  /** Loads it again now. */
  readonly refresh: () => void;
}

interface Options<T> {
  /** Loads it again so often, while the page can be seen. */
  readonly everyMs?: number | null;
  /** Shown until the first answer comes. */
  readonly known?: T | null;
}

interface Held<T> {
  readonly key: string;
  readonly value: T | null;
  readonly problem: DarkroomProblem | null;
}

/** What `load` gives. `key` names it: with another key it is another thing, and loaded anew. */
export function useLoaded<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  { everyMs = null, known = null }: Options<T> = {},
): Loaded<T> {
  const fresh: Held<T> = { key, value: known, problem: null };
  const [held, setHeld] = useState(fresh);
  const [round, setRound] = useState(0);
  const visible = usePageVisible();
  // `load` is new at each render; `key` says when it is another one.
  useEffect(() => {
    if (!visible) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async () => {
      try {
        const value = await load(stop.signal);
        if (!stop.signal.aborted) setHeld({ key, value, problem: null });
      } catch (error) {
        if (stop.signal.aborted) return;
        setHeld((before) => ({
          key,
          value: before.key === key ? before.value : known,
          problem: toProblem(error),
        }));
      }
      if (everyMs !== null && !stop.signal.aborted) timer = setTimeout(() => void run(), everyMs);
    };
    void run();
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key, round, visible, everyMs]);
  const { value, problem } = held.key === key ? held : fresh;
  return { value, problem, refresh: () => setRound((count) => count + 1) };
}
