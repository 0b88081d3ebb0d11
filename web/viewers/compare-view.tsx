import { useEffect, useState } from 'preact/hooks';
import type { FileEntry } from '../../src/client/client.ts';
import { toProblem } from '../lib/problem.ts';
import { useClient } from '../lib/session.ts';
import type { FileUrls } from './file-urls.ts';
import { useFileUrl } from './use-file-url.ts';

interface Props {
  readonly id: string;
  /** A picture that was made from one asset. */
  readonly file: FileEntry & { readonly asset: number };
  readonly urls: FileUrls;
}

/** An asset and the picture that was made from it, with a divider to move. */
export function CompareView({ id, file, urls }: Props) {
  const after = useFileUrl(urls, file.path, true);
  const before = useAsset(id, file.asset);
  const [share, setShare] = useState(50);
  const [unknown, setUnknown] = useState(false);
  if (before.failure !== null) return <p class="note">The original cannot be shown: {before.failure}</p>;
  if (unknown) return <p class="note">The original cannot be shown: browsers do not know its format.</p>;
  if (after.state === 'failed') return <p role="alert">{after.reason}</p>;
  if (before.url === null || after.state === 'loading') return <p class="quiet">Loading …</p>;
  return (
    <div class="compare">
      <div class="compare-frame">
        <img src={after.url} alt={`${file.path} after`} />
        <img
          src={before.url}
          alt={`${file.path} before`}
          onError={() => setUnknown(true)}
          style={{ clipPath: `inset(0 ${100 - share}% 0 0)` }}
        />
        <span class="divider" aria-hidden="true" style={{ left: `${share}%` }} />
      </div>
      <label class="compare-bar">
        Before
        <input
          type="range"
          min={0}
          max={100}
          value={share}
          aria-label="Share of the original"
          onInput={({ currentTarget }) => setShare(Number(currentTarget.value))}
        />
        After
      </label>
    </div>
  );
}

function useAsset(
  id: string,
  index: number,
): { readonly url: string | null; readonly failure: string | null } {
  const client = useClient();
  const [state, setState] = useState<{ url: string | null; failure: string | null }>({
    url: null,
    failure: null,
  });
  useEffect(() => {
    const stop = new AbortController();
    let url: string | null = null;
    client
      .asset(id, index, { signal: stop.signal })
      .then((response) => response.blob())
      .then((blob) => {
        if (stop.signal.aborted) return;
        url = URL.createObjectURL(blob);
        setState({ url, failure: null });
      })
      .catch((error: unknown) => {
        if (!stop.signal.aborted) setState({ url: null, failure: toProblem(error).detail });
      });
    return () => {
      stop.abort();
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [client, id, index]);
  return state;
}
