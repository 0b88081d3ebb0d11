import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { RequestView } from '../../src/client/client.ts';
import { CodeTabs } from '../code/code-tabs.tsx';
import { toRequest } from '../code/to-request.ts';
import { useClient } from '../lib/session.ts';
import { formatCount } from '../lib/text.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { LoadNote } from '../parts/load-note.tsx';
import { JsonView } from '../viewers/json-view.tsx';

/** The submitted request, also as code; loaded when a panel is opened. */
export function JobRequest({ id }: { id: string }) {
  return (
    <>
      <Folded name="Request" id={id}>
        {(view) => <JsonView value={omitEmpty(view)} label="Request as JSON" />}
      </Folded>
      <Folded name="Code" id={id}>
        {(view) => <RequestCode view={view} />}
      </Folded>
    </>
  );
}

interface FoldedProps {
  readonly name: string;
  readonly id: string;
  readonly children: (view: RequestView) => ComponentChildren;
}

function Folded({ name, id, children }: FoldedProps) {
  const [open, setOpen] = useState(false);
  return (
    <details class="panel" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{name}</summary>
      {open && <Loaded id={id}>{children}</Loaded>}
    </details>
  );
}

function Loaded({ id, children }: Pick<FoldedProps, 'id' | 'children'>) {
  const client = useClient();
  const { value, problem } = useLoaded(id, (signal) => client.request(id, { signal }));
  return (
    <>
      <LoadNote of={{ value, problem }} what="The request could not be loaded" />
      {value && children(value)}
    </>
  );
}

function RequestCode({ view }: { view: RequestView }) {
  const { request, gaps } = useMemo(() => toRequest(view), [view]);
  return (
    <>
      {gaps.hidden > 0 && (
        <p class="note">
          The code has the first {formatCount(view.assets.shown.length, 'asset')} of {view.assets.total}.
        </p>
      )}
      {gaps.callback && <p class="note">The code has no callback: the server does not show its address.</p>}
      <CodeTabs request={request} />
    </>
  );
}

/** Formats the request as a client would write it, without empty fields. */
function omitEmpty({ operation, params, steps, results, assets, callback, keep_days }: RequestView): object {
  const more = assets.total - assets.shown.length;
  return {
    ...(steps === undefined ? { operation, params } : { steps, results }),
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
