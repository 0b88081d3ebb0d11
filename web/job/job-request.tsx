import { useState } from 'preact/hooks';
import type { RequestView } from '../../src/client/client.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { LongText } from '../parts/long-text.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';

/** What was asked for; fetched when somebody opens it. */
export function JobRequest({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="panel" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Request</summary>
      {open && <Opened id={id} />}
    </details>
  );
}

function Opened({ id }: { id: string }) {
  const client = useClient();
  const { value, problem } = useLoaded(id, (signal) => client.request(id, { signal }));
  return (
    <>
      <ProblemNote problem={problem} what="The request cannot be shown" />
      {value && <LongText text={JSON.stringify(inShort(value), null, 2)} label="Request as JSON" />}
    </>
  );
}

/** As a client would write it, without what was not said. */
function inShort({ operation, params, assets, callback, keep_days }: RequestView): object {
  const more = assets.total - assets.shown.length;
  return {
    operation,
    params,
    assets: assets.shown.map(({ name, source, checksum, attributes }) => ({
      ...(name === null ? {} : { name }),
      source,
      ...(checksum === null ? {} : { checksum }),
      ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
    })),
    ...(more > 0 ? { more_assets: more } : {}),
    ...(callback === null ? {} : { callback }),
    ...(keep_days === null ? {} : { keep_days }),
  };
}
