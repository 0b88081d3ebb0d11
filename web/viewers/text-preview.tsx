import { useEffect, useState } from 'preact/hooks';
import type { FileEntry } from '../../src/client/client.ts';
import { formatBytes } from '../../src/lib/units.ts';
import { toProblem } from '../lib/problem.ts';
import { useClient } from '../lib/session.ts';
import { LongText } from '../parts/long-text.tsx';
import { readPrefix } from './read-prefix.ts';

/** Bytes of a text file to load and show. */
const MAX_BYTES = 256 * 1024;

/** The first bytes of a text file. */
export function TextPreview({ id, file }: { id: string; file: FileEntry }) {
  const client = useClient();
  const [text, setText] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const isComplete = file.size <= MAX_BYTES;
  useEffect(() => {
    const stop = new AbortController();
    client
      .download(id, file.path, { signal: stop.signal })
      .then((response) => readPrefix(response, MAX_BYTES))
      .then((content) => setText(content))
      .catch((error: unknown) => {
        if (!stop.signal.aborted) setFailure(toProblem(error).detail);
      });
    return () => stop.abort();
  }, [client, id, file.path]);
  if (failure !== null) return <p role="alert">{failure}</p>;
  if (text === null) return <p class="quiet">Loading …</p>;
  return (
    <>
      <LongText text={text} label={`Contents of ${file.path}`} />
      {!isComplete && (
        <p class="quiet">
          Only the first {formatBytes(MAX_BYTES)} are shown; download the file for the rest.
        </p>
      )}
    </>
  );
}
