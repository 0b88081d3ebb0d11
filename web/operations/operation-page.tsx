import { hrefTo } from '../lib/route.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { Fact } from '../parts/fact.tsx';
import { LoadNote } from '../parts/load-note.tsx';
import { Prose } from '../parts/prose.tsx';
import { Unavailable } from '../parts/unavailable.tsx';
import { Availability } from './availability.tsx';
import { ParamsTable } from './params-table.tsx';

/** The page of one operation. */
export function OperationPage({ name }: { name: string }) {
  const client = useClient();
  const loaded = useLoaded(name, (signal) => client.operation(name, { signal }));
  const operation = loaded.value;
  if (!operation) {
    return (
      <section>
        <h1>{name}</h1>
        <LoadNote of={loaded} />
      </section>
    );
  }
  const { inputs, stages, attributes, result } = operation;
  return (
    <article>
      <div class="page-head">
        <h1>{operation.title}</h1>
        <Availability operation={operation} />
      </div>
      <p>
        <code>{operation.name}</code>
      </p>
      <p class="prose">
        <Prose text={operation.description} />
      </p>
      <Unavailable of={operation} />
      <p>
        <a class="button primary" href={hrefTo.submit(operation.name)}>
          New job
        </a>
      </p>
      <dl class="facts">
        <Fact name="Input">
          {inputs.max === 0
            ? 'no assets'
            : `${inputs.min.toLocaleString('en')} to ${inputs.max.toLocaleString('en')} assets: ${inputs.media.join(', ')}`}
        </Fact>
        <Fact name="Result">{result === 'json' ? 'a JSON value' : 'files'}</Fact>
        <Fact name="Stages">{stages.join(' ▸ ')}</Fact>
        {attributes.length > 0 && (
          <Fact name="Asset attributes">
            {attributes.map(({ name: attribute, description }) => `${attribute}: ${description}`).join('; ')}
          </Fact>
        )}
      </dl>
      <ParamsTable schema={operation.params} />
    </article>
  );
}
