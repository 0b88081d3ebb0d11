import { useState } from 'preact/hooks';
import { type DarkroomProblem, hasEnded, type Job } from '../../src/client/client.ts';
import { toProblem } from '../lib/problem.ts';
import { hrefTo } from '../lib/route.ts';
import { useClient, useMay } from '../lib/session.ts';
import { goTo } from '../lib/use-route.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { DeleteJob } from './delete-job.tsx';
import { RunAgain } from './run-again.tsx';

interface Props {
  readonly job: Job;
  /** Stages, or steps of a pipeline, from which a rerun may begin, besides the first. */
  readonly stages: readonly string[];
  /** Receives the job as returned by an action. */
  readonly onChange: (job: Job) => void;
}

/** The actions on a job. Disables those that do not apply to its state. */
export function JobActions({ job, stages, onChange }: Props) {
  const client = useClient();
  const mayControl = useMay('jobs.control');
  const mayDelete = useMay('jobs.delete');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<{ problem: DarkroomProblem; what: string } | null>(null);
  const ended = hasEnded(job);
  const act = async (what: string, action: () => Promise<void>) => {
    setBusy(true);
    setFailure(null);
    try {
      await action();
    } catch (error) {
      setFailure({ problem: toProblem(error), what });
    }
    setBusy(false);
  };
  const control = (name: 'cancel' | 'pause' | 'resume', past: string) => () =>
    void act(`The job was not ${past}`, async () => onChange(await client[name](job.id)));
  const remove = async () => {
    await client.delete(job.id);
    goTo(hrefTo.jobs());
  };
  if (!mayControl) return <p class="quiet">Your role is read-only: it does not permit to control jobs.</p>;
  return (
    <div class="actions">
      <div class="buttons">
        <button type="button" disabled={busy || ended} onClick={control('cancel', 'cancelled')}>
          Cancel
        </button>
        <button type="button" disabled={busy || ended || job.paused} onClick={control('pause', 'paused')}>
          Pause
        </button>
        <button type="button" disabled={busy || ended || !job.paused} onClick={control('resume', 'resumed')}>
          Resume
        </button>
        <RunAgain
          disabled={busy || !ended}
          stages={stages}
          failedAssets={job.assets.failed}
          onRun={(choice) =>
            void act('The job was not run again', async () => onChange(await client.rerun(job.id, choice)))
          }
        />
        {job.operation !== 'pipeline' && (
          <a class="button" href={hrefTo.submit(job.operation, job.id)}>
            Run again with changes …
          </a>
        )}
        <DeleteJob
          job={job}
          disabled={busy || !mayDelete}
          onDelete={() => void act('The job was not deleted', remove)}
        />
      </div>
      <ProblemNote problem={failure?.problem ?? null} what={failure?.what ?? ''} />
    </div>
  );
}
