import { useEffect, useState } from 'preact/hooks';
import { toProblem } from '../lib/problem.ts';
import type { Pictures } from './pictures.ts';

type Picture =
  | { readonly state: 'loading' }
  | { readonly state: 'here'; readonly url: string }
  | { readonly state: 'failed'; readonly why: string };

const loading: Picture = { state: 'loading' };

/** A picture once it is wanted. */
export function usePicture(pictures: Pictures, path: string, wanted: boolean): Picture {
  const [held, hold] = useState<{ path: string; picture: Picture }>({ path, picture: loading });
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    const tell = (picture: Picture) => {
      if (!gone) hold({ path, picture });
    };
    pictures.url(path).then(
      (url) => tell({ state: 'here', url }),
      (error: unknown) => tell({ state: 'failed', why: toProblem(error).detail }),
    );
    return () => {
      gone = true;
    };
  }, [pictures, path, wanted]);
  return held.path === path ? held.picture : loading;
}
