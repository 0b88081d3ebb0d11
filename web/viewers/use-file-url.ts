import { useEffect, useState } from 'preact/hooks';
import { toProblem } from '../lib/problem.ts';
import type { FileUrls } from './file-urls.ts';

type FileUrl =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly url: string }
  | { readonly state: 'failed'; readonly reason: string };

const loading: FileUrl = { state: 'loading' };

/** Loads a result file once `enabled` is true, and returns its URL. */
export function useFileUrl(urls: FileUrls, path: string, enabled: boolean): FileUrl {
  const [held, setHeld] = useState<{ path: string; file: FileUrl }>({ path, file: loading });
  useEffect(() => {
    if (!enabled) return;
    let disposed = false;
    const show = (file: FileUrl) => {
      if (!disposed) setHeld({ path, file });
    };
    urls.url(path).then(
      (url) => show({ state: 'ready', url }),
      (error: unknown) => show({ state: 'failed', reason: toProblem(error).detail }),
    );
    return () => {
      disposed = true;
    };
  }, [urls, path, enabled]);
  return held.path === path ? held.file : loading;
}
