import { hrefTo } from '../lib/route.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { LoadNote } from '../parts/load-note.tsx';

/** The templates that the caller may use. */
export function TemplatesPage() {
  const client = useClient();
  const loaded = useLoaded('templates', (signal) => client.templates.list({ signal }));
  return (
    <section>
      <h1>Templates</h1>
      <p class="quiet">Steps of jobs with declared parameters, kept in versions.</p>
      <LoadNote of={loaded} />
      <ul class="operations">
        {loaded.value?.map(({ name, title, description, scope, version }) => (
          <li key={name} class="panel">
            <div class="panel-head">
              <h2>
                <a href={hrefTo.template(name)}>{title || name}</a>
              </h2>
              <span class="quiet">
                {scope}, version {version}
              </span>
            </div>
            <code>{name}</code>
            <p class="quiet">{description}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
