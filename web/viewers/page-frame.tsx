import { useEffect, useState } from 'preact/hooks';
import { toProblem } from '../lib/problem.ts';
import { fileUrl } from '../lib/result-urls.ts';
import { useSession } from '../lib/session.ts';

/** A page of a result, such as a gallery, in a frame. The server prevents scripts in it. */
export function PageFrame({ id, path }: { id: string; path: string }) {
  const { client, token } = useSession();
  const [url, setUrl] = useState(token === null ? fileUrl(id, path) : null);
  const [failure, setFailure] = useState<string | null>(null);
  // A frame cannot send a token, so it gets a link that needs none. The link names the public address of the server; the
  // page may be at another one, and may only frame its own.
  useEffect(() => {
    if (token === null) return;
    client.link(id, { path }).then(
      (link) => setUrl(toOwnAddress(link.url)),
      (error: unknown) => setFailure(toProblem(error).detail),
    );
  }, [client, token, id, path]);
  if (failure !== null) return <p role="alert">{failure}</p>;
  if (url === null) return <p class="quiet">Loading …</p>;
  return <iframe class="page-frame" title={path} src={url} sandbox="allow-same-origin allow-popups" />;
}

const toOwnAddress = (url: string): string => {
  const { pathname, search } = new URL(url);
  const at = pathname.indexOf('/v1/links/');
  return new URL(`.${pathname.slice(at)}${search}`, document.baseURI).href;
};
