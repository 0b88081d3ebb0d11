import { hrefTo } from '../lib/route.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Prose } from '../parts/prose.tsx';
import { Unavailable } from '../parts/unavailable.tsx';
import { Availability } from './availability.tsx';
import { ParamsTable } from './params-table.tsx';

/** The page of one operation. */
export function OperationPage({ name }: { name: string }) {
  const client = useClient();
  const { value: operation, problem } = useLoaded(name, (signal) => client.operation(name, { signal }));
  if (!operation) {
    return (
      <section>
        <h1>{name}</h1>
        <ProblemNote problem={problem} />
        {!problem && <p class="quiet">Loading …</p>}
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
        <div>
          <dt>Input</dt>
          <dd>
            {inputs.max === 0
              ? 'no assets'
              : `${inputs.min.toLocaleString('en')} to ${inputs.max.toLocaleString('en')} assets: ${inputs.media.join(', ')}`}
          </dd>
        </div>
        <div>
          <dt>Result</dt>
          <dd>{result === 'json' ? 'a JSON value' : 'files'}</dd>
        </div>
        <div>
          <dt>Stages</dt>
          <dd>{stages.join(' ▸ ')}</dd>
        </div>
        {attributes.length > 0 && (
          <div>
            <dt>Asset attributes</dt>
            <dd>
              {attributes
                .map(({ name: attribute, description }) => `${attribute}: ${description}`)
                .join('; ')}
            </dd>
          </div>
        )}
      </dl>
      <ParamsTable schema={operation.params} />
    </article>
  );
}
