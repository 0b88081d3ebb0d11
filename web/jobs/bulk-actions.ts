/** Actions on several jobs at once. */
import { type Darkroom, hasEnded, type Job } from '../../src/client/client.ts';
import { Semaphore } from '../../src/lib/semaphore.ts';
import { toProblem } from '../lib/problem.ts';

const CONCURRENT_REQUESTS = 4;

export interface BulkAction {
  readonly name: 'Cancel' | 'Run again' | 'Delete';
  /** The name with the number of jobs, such as `3 jobs`. */
  readonly describe: (jobs: string) => string;
  /** What the user should know before. */
  readonly warning: string | null;
  /** What the role of the caller must permit. */
  readonly permission: string;
  /** Whether jobs like this one are skipped. */
  readonly skips: (job: Job) => boolean;
  /** Where the reason is shown. */
  readonly reasonHelp: string;
  readonly run: (client: Darkroom, id: string, reason: string | undefined) => Promise<unknown>;
}

export const bulkActions: readonly BulkAction[] = [
  {
    name: 'Cancel',
    describe: (jobs) => `Cancel ${jobs}`,
    warning: null,
    permission: 'jobs.control',
    skips: hasEnded,
    reasonHelp: 'It becomes the error message of the jobs, and is in the audit log.',
    run: (client, id, reason) => client.cancel(id, { reason }),
  },
  {
    name: 'Run again',
    describe: (jobs) => `Run ${jobs} again`,
    warning: null,
    permission: 'jobs.control',
    skips: (job) => !hasEnded(job),
    reasonHelp: 'It is shown with the jobs and in their logs, and is in the audit log.',
    run: (client, id, reason) => client.rerun(id, { reason }),
  },
  {
    name: 'Delete',
    describe: (jobs) => `Delete ${jobs}`,
    warning: 'Inputs, results and records are deleted. This cannot be undone, and the ids cannot be reused.',
    permission: 'jobs.delete',
    skips: () => false,
    reasonHelp: 'It is in the audit log.',
    run: (client, id, reason) => client.delete(id, { reason }),
  },
];

export interface BulkFailure {
  readonly id: string;
  readonly detail: string;
}

/** Runs an action on each job. Returns those that failed; the others are done. */
export async function runBulk(
  client: Darkroom,
  action: BulkAction,
  ids: readonly string[],
  reason: string | undefined,
): Promise<readonly BulkFailure[]> {
  const slots = new Semaphore(CONCURRENT_REQUESTS);
  const { signal } = new AbortController();
  const failures: BulkFailure[] = [];
  await Promise.all(
    ids.map((id) =>
      slots
        .run(signal, () => action.run(client, id, reason))
        .catch((error: unknown) => failures.push({ id, detail: toProblem(error).detail })),
    ),
  );
  return failures;
}
