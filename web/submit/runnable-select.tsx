import type { Operation, TemplateSummary } from '../../src/client/client.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { Prose } from '../parts/prose.tsx';
import { Unavailable } from '../parts/unavailable.tsx';
import { formatReference, parseReference, type Runnable } from './runnable.ts';

interface Props {
  readonly operations: readonly Operation[];
  readonly templates: readonly TemplateSummary[];
  readonly runnable: Runnable;
  /** Receives the name of an operation, or NAME@VERSION of a template. */
  readonly onChoose: (name: string) => void;
}

/** Chooses the operation or the template of a new job, and the version of the template. */
export function RunnableSelect({ operations, templates, runnable, onChoose }: Props) {
  const chosen = parseReference(runnable.name);
  return (
    <div class="field">
      <label for="operation">Operation or template</label>
      <div class="runnable">
        <select
          id="operation"
          value={chosen?.name ?? runnable.name}
          onChange={({ currentTarget }) => {
            const template = templates.find(({ name }) => name === currentTarget.value);
            onChoose(template ? formatReference(template) : currentTarget.value);
          }}
        >
          <optgroup label="Operations">
            {operations.map(({ name, title, available }) => (
              <option key={name} value={name}>
                {title} ({name}){available ? '' : ', not available'}
              </option>
            ))}
          </optgroup>
          {templates.length > 0 && (
            <optgroup label="Templates">
              {templates.map(({ name, title }) => (
                <option key={name} value={name}>
                  {title === '' ? name : `${title} (${name})`}
                </option>
              ))}
            </optgroup>
          )}
        </select>
        {chosen && <VersionSelect {...chosen} onChoose={onChoose} />}
      </div>
      <p class="help">
        <Prose text={runnable.description} />
      </p>
      <Unavailable of={runnable} />
    </div>
  );
}

interface VersionProps {
  readonly name: string;
  readonly version: number;
  readonly onChoose: Props['onChoose'];
}

/** The versions of a template, the latest first. */
function VersionSelect({ name, version, onChoose }: VersionProps) {
  const client = useClient();
  const { value } = useLoaded(`versions ${name}`, (signal) => client.templates.versions(name, { signal }));
  const versions = value?.map((each) => each.version) ?? [version];
  return (
    <select
      aria-label="Version of the template"
      value={version}
      onChange={({ currentTarget }) => onChoose(`${name}@${currentTarget.value}`)}
    >
      {[...versions].reverse().map((each) => (
        <option key={each} value={each}>
          version {each}
        </option>
      ))}
    </select>
  );
}
