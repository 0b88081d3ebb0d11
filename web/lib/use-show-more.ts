import { useState } from 'preact/hooks';

/** The visible part of a long list. */
export interface ShowMore<T> {
  readonly shown: readonly T[];
  /** Number of hidden items. */
  readonly remaining: number;
  readonly showMore: () => void;
}

/** Shows the first `initialCount` items; each `showMore` doubles the number. */
export function useShowMore<T>(all: readonly T[], initialCount: number): ShowMore<T> {
  const [count, setCount] = useState(initialCount);
  return {
    shown: all.slice(0, count),
    remaining: Math.max(0, all.length - count),
    showMore: () => setCount(count * 2),
  };
}
