import { useEffect, useState } from 'preact/hooks';
import type { FileEntry } from '../../src/client/client.ts';
import { formatBytes } from '../../src/lib/units.ts';
import { toProblem } from '../lib/problem.ts';
import { useClient } from '../lib/session.ts';
import { LongText } from '../parts/long-text.tsx';
import { readPrefix } from './read-prefix.ts';

/** Bytes of a text that are read and shown. */
const SHOWN = 256 * 1024;

/** The beginning of a text; JSON is indented when it is shown whole. */
export function TextPreview({ id, file }: { id: string; file: FileEntry }) {
  const client = useClient();
  const [text, setText] = useState<string | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const whole = file.size <= SHOWN;
  const isJson = whole && /json\b/.test(file.media_type);
  useEffect(() => {
    const stop = new AbortController();
    client
      .download(id, file.path, { signal: stop.signal })
      .then((response) => readPrefix(response, SHOWN))
      .then((read) => setText(isJson ? indented(read) : read))
      .catch((error: unknown) => {
        if (!stop.signal.aborted) setWhy(toProblem(error).detail);
      });
    return () => stop.abort();
  }, [client, id, file.path, isJson]);
  if (why !== null) return <p role="alert">{why}</p>;
  if (text === null) return <p class="quiet">Loading …</p>;
  return (
    <>
      <LongText text={text} label={`Contents of ${file.path}`} />
      {!whole && <p class="quiet">The first {formatBytes(SHOWN)}; download it for the rest.</p>}
    </>
  );
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
