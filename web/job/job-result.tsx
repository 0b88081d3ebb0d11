import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { AssetOutcomes } from './asset-outcomes.tsx';
import { Files } from './files.tsx';
import { ResultData } from './result-data.tsx';

interface Props {
  readonly id: string;
  /** The run that produced the result. */
  readonly run: number;
  /** The current run of the job. */
  readonly current: number;
}

/** The result of a job with the outcome of each asset. */
export function JobResult({ id, run, current }: Props) {
  const client = useClient();
  const { value, problem } = useLoaded(`${id} ${run}`, (signal) => client.result(id, { signal }));
  const engines = Object.entries(value?.engine ?? {});
  return (
    <>
      <ProblemNote problem={problem} what="The result could not be loaded" />
      {run !== current && (
        <p class="note">
          This is the result of run {run}. It stays until run {current} has completed.
        </p>
      )}
      {value && (
        <>
          {value.kind === 'json' && <ResultData data={value.data} />}
          {value.notes.map(({ code, message, asset }) => (
            <p class="note" key={`${code} ${asset} ${message}`}>
              {message} <code>{code}</code>
            </p>
          ))}
          <Files id={id} files={value.files} />
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
