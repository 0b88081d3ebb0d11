import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { AssetOutcomes } from './asset-outcomes.tsx';
import { Files } from './files.tsx';
import { ResultData } from './result-data.tsx';

interface Props {
  readonly id: string;
  /** The run that made the result. */
  readonly run: number;
  /** The run that the job is in. */
  readonly current: number;
}

/** What the job made, and how each asset fared. */
export function JobResult({ id, run, current }: Props) {
  const client = useClient();
  const { value, problem } = useLoaded(`${id} ${run}`, (signal) => client.result(id, { signal }));
  const engines = Object.entries(value?.engine ?? {});
  return (
    <>
      <ProblemNote problem={problem} what="The result cannot be shown" />
      {run !== current && (
        <p class="note">
          This is the result of run {run}. It stays until run {current} has made another.
        </p>
      )}
      {value && (
        <>
          {value.kind === 'json' && <ResultData data={value.data} />}
          <Files id={id} files={value.files} />
          <AssetOutcomes outcomes={value.assets} />
          {engines.length > 0 && (
            <p class="quiet">Made by {engines.map(([name, version]) => `${name} ${version}`).join(', ')}</p>
          )}
        </>
      )}
    </>
  );
}
