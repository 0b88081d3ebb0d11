import type { Share } from '../lib/use-share.ts';

/** Shows more of a long list, while there is more. */
export function MoreButton<T>({ share, what }: { share: Share<T>; what: string }) {
  if (share.left === 0) return null;
  return (
    <button type="button" class="more" onClick={share.more}>
      {share.left.toLocaleString('en')} more {what}
    </button>
  );
}
