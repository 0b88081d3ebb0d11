import { useEffect, useState } from 'preact/hooks';
import type { DarkroomProblem } from '../../src/client/client.ts';
import { toProblem } from './problem.ts';
import { usePageVisible } from './use-page-visible.ts';

export interface Loaded<T> {
  /** Null until loaded. The previous value stays during a refresh and if it fails. */
  readonly value: T | null;
  /** The error of the last attempt, if it failed. */
  readonly problem: DarkroomProblem | null;
  /** Loads the value again now. */
  readonly refresh: () => void;
}

interface Options<T> {
  /** Refresh interval while the page is visible, ms; null: no refresh. */
  readonly refreshMs?: number | null;
  /** The value until the first response. */
  readonly initialValue?: T | null;
}

interface LoadState<T> {
  readonly key: string;
  readonly value: T | null;
  readonly problem: DarkroomProblem | null;
}

/** Loads a value and keeps it in state. A new `key` loads a new value. */
export function useLoaded<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  { refreshMs = null, initialValue = null }: Options<T> = {},
): Loaded<T> {
  const initial: LoadState<T> = { key, value: initialValue, problem: null };
  const [state, setState] = useState(initial);
  const [refreshCount, setRefreshCount] = useState(0);
  const visible = usePageVisible();
  // `load` is a new function on each render, so only `key` is a dependency.
  useEffect(() => {
    if (!visible) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async () => {
      try {
        const value = await load(stop.signal);
        if (!stop.signal.aborted) setState({ key, value, problem: null });
      } catch (error) {
        if (stop.signal.aborted) return;
        setState((before) => ({
          key,
          value: before.key === key ? before.value : initialValue,
          problem: toProblem(error),
        }));
      }
      if (refreshMs !== null && !stop.signal.aborted) timer = setTimeout(() => void run(), refreshMs);
    };
    void run();
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key, refreshCount, visible, refreshMs]);
  const { value, problem } = state.key === key ? state : initial;
  return { value, problem, refresh: () => setRefreshCount((count) => count + 1) };
}
