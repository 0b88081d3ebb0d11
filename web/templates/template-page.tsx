import { hrefTo } from '../lib/route.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { ParamsTable } from '../operations/params-table.tsx';
import { Fact } from '../parts/fact.tsx';
import { LoadNote } from '../parts/load-note.tsx';
import { Moment } from '../parts/moment.tsx';
import { formatReference, paramsSchemaOf } from '../submit/runnable.ts';
import { JsonView } from '../viewers/json-view.tsx';

interface Props {
  readonly name: string;
  /** Null: the latest. */
  readonly version: number | null;
}

/** The page of one version of a template. */
export function TemplatePage({ name, version }: Props) {
  const client = useClient();
  const loaded = useLoaded(`template ${name} ${version}`, async (signal) => {
    const [template, versions] = await Promise.all([
      client.templates.get(name, { version: version ?? undefined, signal }),
      client.templates.versions(name, { signal }),
    ]);
    return { template, versions };
  });
  if (!loaded.value) {
    return (
      <section>
        <h1>{name}</h1>
        <LoadNote of={loaded} />
      </section>
    );
  }
  const { template, versions } = loaded.value;
  return (
    <article>
      <div class="page-head">
        <h1>{template.title || name}</h1>
        <a class="button primary" href={hrefTo.submit(formatReference(template))}>
          New job
        </a>
      </div>
      <p>
        <code>{formatReference(template)}</code>
      </p>
      {template.description !== '' && <p class="prose">{template.description}</p>}
      <dl class="facts">
        <Fact name="For">{scopes[template.scope]}</Fact>
        {template.created_at !== null && (
          <Fact name="Made">
            <Moment at={template.created_at} />
          </Fact>
        )}
        {versions.length > 1 && (
          <Fact name="Versions">
            {versions.map((each) => (
              <a
                key={each.version}
                class="version"
                href={hrefTo.template(name, each.version)}
                aria-current={each.version === template.version ? 'page' : undefined}
              >
                {each.version}
              </a>
            ))}
          </Fact>
        )}
      </dl>
      <ParamsTable schema={paramsSchemaOf(template)} />
      <section class="panel">
        <h2>Steps</h2>
        <JsonView value={template.steps} label="Steps as JSON" />
      </section>
    </article>
  );
}

const scopes = {
  tenant: 'this tenant',
  shared: 'all tenants, by an admin',
  'built-in': 'everybody, as a part of darkroom',
} as const;
