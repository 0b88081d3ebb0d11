import { fileUrl } from '../lib/result-urls.ts';
import { useSession } from '../lib/session.ts';
import type { FileUrls } from './file-urls.ts';
import { useFileUrl } from './use-file-url.ts';

/** A video of a result. Without a token it is streamed; with one, it is loaded before it plays. */
export function VideoView({ id, path, urls }: { id: string; path: string; urls: FileUrls }) {
  const { token } = useSession();
  const loaded = useFileUrl(urls, path, token !== null);
  if (loaded.state === 'failed') return <p role="alert">{loaded.reason}</p>;
  if (token !== null && loaded.state === 'loading') return <p class="quiet">Loading …</p>;
  const url = loaded.state === 'ready' ? loaded.url : fileUrl(id, path);
  // biome-ignore lint/a11y/useMediaCaption: results have no captions
  return <video class="video" src={url} controls aria-label={path} />;
}
