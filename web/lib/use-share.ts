import { useState } from 'preact/hooks';

/** The beginning of a long list, and more of it when asked. */
export interface Share<T> {
  readonly shown: readonly T[];
  /** How many are not shown. */
  readonly left: number;
  readonly more: () => void;
}

/** Each `more` shows twice as many. */
export function useShare<T>(all: readonly T[], atFirst: number): Share<T> {
  const [count, setCount] = useState(atFirst);
  return {
    shown: all.slice(0, count),
    left: Math.max(0, all.length - count),
    more: () => setCount(count * 2),
  };
}
