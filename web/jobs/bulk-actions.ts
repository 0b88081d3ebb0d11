/** Actions on several jobs at once. */
import { type Darkroom, hasEnded, type Job } from '../../src/client/client.ts';
import { Semaphore } from '../../src/lib/semaphore.ts';
import { toProblem } from '../lib/problem.ts';

const CONCURRENT_REQUESTS = 4;

export interface BulkAction {
  readonly name: 'Cancel' | 'Run again' | 'Delete';
  /** What the role of the caller must permit. */
  readonly permission: string;
  /** Whether jobs like this one are skipped. */
  readonly skips: (job: Job) => boolean;
  readonly takesReason: boolean;
  readonly run: (client: Darkroom, id: string, reason: string | undefined) => Promise<unknown>;
}

export const bulkActions: readonly BulkAction[] = [
  {
    name: 'Cancel',
    permission: 'jobs.control',
    skips: hasEnded,
    takesReason: true,
    run: (client, id, reason) => client.cancel(id, { reason }),
  },
  {
    name: 'Run again',
    permission: 'jobs.control',
    skips: (job) => !hasEnded(job),
    takesReason: false,
    run: (client, id) => client.rerun(id),
  },
  {
    name: 'Delete',
    permission: 'jobs.delete',
    skips: () => false,
    takesReason: false,
    run: (client, id) => client.delete(id),
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
