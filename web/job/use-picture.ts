import { useEffect, useState } from 'preact/hooks';
import { toProblem } from '../lib/problem.ts';
import type { Pictures } from './pictures.ts';

type Picture =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly url: string }
  | { readonly state: 'failed'; readonly reason: string };

const loading: Picture = { state: 'loading' };

/** Loads a picture once `enabled` is true. */
export function usePicture(pictures: Pictures, path: string, enabled: boolean): Picture {
  const [held, setHeld] = useState<{ path: string; picture: Picture }>({ path, picture: loading });
  useEffect(() => {
    if (!enabled) return;
    let disposed = false;
    const show = (picture: Picture) => {
      if (!disposed) setHeld({ path, picture });
    };
    pictures.url(path).then(
      (url) => show({ state: 'ready', url }),
      (error: unknown) => show({ state: 'failed', reason: toProblem(error).detail }),
    );
    return () => {
      disposed = true;
    };
  }, [pictures, path, enabled]);
  return held.path === path ? held.picture : loading;
}
