import type { ShowMore } from '../lib/use-show-more.ts';

/** Shows more of a long list, while there is more. */
export function MoreButton<T>({ share, what }: { share: ShowMore<T>; what: string }) {
  if (share.remaining === 0) return null;
  return (
    <button type="button" class="more" onClick={share.showMore}>
      {share.remaining.toLocaleString('en')} more {what}
    </button>
  );
}
