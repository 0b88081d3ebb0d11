import type { FileUrls } from './file-urls.ts';
import { useFileUrl } from './use-file-url.ts';

/** A PDF in the viewer of the browser. An object URL has no policy of the server, which would stop the viewers of some browsers. */
export function PdfView({ path, urls }: { path: string; urls: FileUrls }) {
  const loaded = useFileUrl(urls, path, true);
  if (loaded.state === 'failed') return <p role="alert">{loaded.reason}</p>;
  if (loaded.state === 'loading') return <p class="quiet">Loading …</p>;
  return <iframe class="page-frame" title={path} src={`${loaded.url}#view=FitH&navpanes=0`} />;
}
