import { useEffect, useMemo } from 'preact/hooks';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { LoadNote } from '../parts/load-note.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { FileUrls } from '../viewers/file-urls.ts';
import { AssetOutcomes } from './asset-outcomes.tsx';
import { FileList } from './file-list.tsx';
import { listOthers, listViews } from './list-views.tsx';

interface Props {
  readonly id: string;
  /** The run that produced the result. */
  readonly run: number;
  /** The current run of the job. */
  readonly current: number;
}

/** The result of a job: a viewer that fits it, its files, and the outcome of each asset. */
export function ResultPanel({ id, run, current }: Props) {
  const client = useClient();
  const { value, problem } = useLoaded(`${id} ${run}`, (signal) => client.result(id, { signal }));
  const urls = useMemo(() => new FileUrls(client, id), [client, id]);
  useEffect(() => () => urls.dispose(), [urls]);
  const views = useMemo(() => (value ? listViews(id, value, urls) : []), [id, value, urls]);
  const engines = Object.entries(value?.engine ?? {});
  return (
    <>
      <LoadNote of={{ value, problem }} what="The result could not be loaded" />
      {run !== current && (
        <p class="note">
          This is the result of run {run}. It stays until run {current} has completed.
        </p>
      )}
      {value && (
        <>
          {views.length > 0 && (
            <section class="panel result" aria-label="Result">
              <Tabs tabs={views} label="Views of the result" />
            </section>
          )}
          {value.notes.map(({ code, message, asset }) => (
            <p class="note" key={`${code} ${asset} ${message}`}>
              {message} <code>{code}</code>
            </p>
          ))}
          <FileList id={id} files={value.files} listed={listOthers(value)} open={views.length === 0} />
          <AssetOutcomes outcomes={value.assets} />
          {engines.length > 0 && (
            <p class="quiet">
              Produced by {engines.map(([name, version]) => `${name} ${version}`).join(', ')}
            </p>
          )}
        </>
      )}
    </>
  );
}
