import { hrefTo } from '../lib/route.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { LoadNote } from '../parts/load-note.tsx';
import { Availability } from './availability.tsx';

const REFRESH_MS = 10_000;

/** The operations of this server. */
export function OperationsPage() {
  const client = useClient();
  const loaded = useLoaded('operations', (signal) => client.operations({ signal }), {
    refreshMs: REFRESH_MS,
  });
  return (
    <section>
      <h1>Operations</h1>
      <LoadNote of={loaded} />
      <ul class="operations">
        {loaded.value?.map((operation) => (
          <li key={operation.name} class="panel">
            <div class="panel-head">
              <h2>
                <a href={hrefTo.operation(operation.name)}>{operation.title}</a>
              </h2>
              <Availability operation={operation} />
            </div>
            <p>
              <code>{operation.name}</code>
            </p>
            <p class="help">{firstSentence(operation.description)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

const firstSentence = (text: string): string => /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/:$/, '.') ?? text;
