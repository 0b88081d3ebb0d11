/** What each submission produces on a server that nobody disturbs. */
import { mapConcurrent } from '../src/lib/map-concurrent.ts';
import { followJob } from './load/follow.ts';
import { type Outcome, readOutcome } from './load/outcome.ts';
import { nameOf, type Submission, type Target } from './load/submission.ts';

/**
 * Runs each submission once.
 *
 * @throws Error if one does not end as it must.
 */
export async function measureBaseline(
  target: Target,
  submissions: readonly Submission[],
): Promise<ReadonlyMap<Submission, Outcome>> {
  const outcomes = new Map<Submission, Outcome>();
  await mapConcurrent([...submissions.entries()], { concurrency: 3 }, async ([index, submission]) => {
    const id = await submission.submit(target, `baseline-${index}`);
    await followJob(target.client.url, id, () => true);
    const outcome = await readOutcome(target.client, id);
    if ((outcome.error?.code ?? null) !== submission.failsWith)
      throw new Error(`${nameOf(submission)} ends so undisturbed: ${JSON.stringify(outcome)}`);
    outcomes.set(submission, outcome);
  });
  return outcomes;
}
