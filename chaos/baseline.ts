/** What each submission produces on a server that nobody disturbs. */
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
  const queue = [...submissions.entries()];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, submission] = next;
      const id = await submission.submit(target, `baseline-${index}`);
      await followJob(target.client.url, id, () => true);
      const outcome = await readOutcome(target.client, id);
      if ((outcome.error?.code ?? null) !== submission.failsWith)
        throw new Error(`${nameOf(submission)} ends so undisturbed: ${JSON.stringify(outcome)}`);
      outcomes.set(submission, outcome);
    }
  };
  await Promise.all([work(), work(), work()]);
  return outcomes;
}
