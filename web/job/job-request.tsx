import { useState } from 'preact/hooks';
import type { RequestView } from '../../src/client/client.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { LongText } from '../parts/long-text.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';

/** The submitted request; loaded when the panel is opened. */
export function JobRequest({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="panel" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Request</summary>
      {open && <RequestDetails id={id} />}
    </details>
  );
}

function RequestDetails({ id }: { id: string }) {
  const client = useClient();
  const { value, problem } = useLoaded(id, (signal) => client.request(id, { signal }));
  return (
    <>
      <ProblemNote problem={problem} what="The request could not be loaded" />
      {value && <LongText text={JSON.stringify(omitEmpty(value), null, 2)} label="Request as JSON" />}
    </>
  );
}

/** Formats the request as a client would write it, without empty fields. */
function omitEmpty({ operation, params, assets, callback, keep_days }: RequestView): object {
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
