/** Failures that the kills themselves must cause: an activity is tried a limited number of times. */
import type { Kill } from '../killer.ts';
import type { Outcome } from '../load/outcome.ts';
import type { Target } from '../targets.ts';

/** Error code → whose deaths cause it, and how many. */
const limits: Readonly<Record<string, readonly [readonly Target[], number]>> = {
  // An activity is given up when its worker died twice, and then once more while it ran alone.
  worker_lost: [['alone', 'worker', 'api', 'everything'], 3],
  // A picture is given up when two processes that decoded it have died.
  asset_crashes_decoder: [['picture'], 2],
  // An engine is given up when it is killed in each of five attempts. The command is its sandbox.
  engine_limit: [['engine', 'command', 'everything'], 5],
};

interface Lifetime {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Whether a job failed because enough processes that worked for it alone may have been killed. */
export function isGivenUp(
  { error }: Outcome,
  { startedAt, endedAt }: Lifetime,
  kills: readonly Kill[],
): boolean {
  const [by = [], deaths] = limits[error?.code ?? ''] ?? [];
  const own = kills.filter((kill) => by.includes(kill.target) && kill.at >= startedAt && kill.at <= endedAt);
  return deaths !== undefined && own.length >= deaths;
}
