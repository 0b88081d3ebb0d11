/** What a job waits for, in the words of a user. */
import { blockedReason, type Darkroom, hasEnded, type WatchedJob } from '../client/client.ts';

export interface WaitReason {
  readonly text: string;
  /** Whether no worker is online that can go on. */
  readonly isMissing: boolean;
}

/** Returns why a job makes no progress; null when an activity runs, or nothing is known. */
export async function describeWait(client: Darkroom, job: WatchedJob): Promise<WaitReason | null> {
  if (hasEnded(job)) return null;
  if (job.paused) return { text: `paused; to continue: darkroom resume ${job.id}`, isMissing: false };
  if (job.state === 'waiting') return { text: 'more assets are expected', isMissing: false };
  const reason = blockedReason(job.pending);
  if (reason === null) return null;
  const queues = job.pending.filter(({ state }) => state === 'waiting').map(({ task_queue }) => task_queue);
  const missing = queues.length === 0 ? [] : await findMissing(client, job, queues);
  if (missing.length === 0) return { text: reason, isMissing: false };
  return { text: `no worker with ${missing.join(', ')} is online`, isMissing: true };
}

/** Capabilities of the queues that wait, if the operations of the job lack a worker. */
async function findMissing(
  client: Darkroom,
  { steps }: WatchedJob,
  queues: readonly (string | null)[],
): Promise<string[]> {
  const names = new Set(steps.map(({ operation }) => operation));
  const operations = (await client.operations()).filter(({ name }) => names.has(name));
  const waiting = new Set(
    queues.map((queue) => queue?.replace(/^darkroom-?/, '').replace(/-alone$/, '') || 'io'),
  );
  const missing = operations
    .filter(({ available }) => !available)
    .flatMap(({ capabilities }) => capabilities)
    .filter((capability) => waiting.has(capability));
  return [...new Set(missing)].sort();
}
