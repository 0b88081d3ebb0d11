import { useState } from 'preact/hooks';

/** The beginning of a long list, and more of it when asked. */
export interface ShowMore<T> {
  readonly shown: readonly T[];
  /** How many are not shown. */
  readonly remaining: number;
  readonly showMore: () => void;
}

/** Each `more` shows twice as many. */
export function useShowMore<T>(all: readonly T[], atFirst: number): ShowMore<T> {
  const [count, setCount] = useState(atFirst);
  return {
    shown: all.slice(0, count),
    remaining: Math.max(0, all.length - count),
    showMore: () => setCount(count * 2),
  };
}
