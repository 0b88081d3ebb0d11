import type { ShowMore } from '../lib/use-show-more.ts';

/** A button that shows more items of a long list. Renders nothing if all are visible. */
export function MoreButton<T>({ list, what }: { list: ShowMore<T>; what: string }) {
  if (list.remaining === 0) return null;
  return (
    <button type="button" class="more" onClick={list.showMore}>
      {list.remaining.toLocaleString('en')} more {what}
    </button>
  );
}
