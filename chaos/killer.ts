/** Kills random processes at random moments. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessFamily, ProcessRow } from './process-family.ts';
import type { SeededRandom } from './seeded-random.ts';
import { groupByTarget, type Target, targets, weights } from './targets.ts';

const SEARCH_MS = 5000;

export interface Kill {
  readonly target: Target;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface KillPlan {
  readonly family: ProcessFamily;
  readonly random: SeededRandom;
  readonly kills: number;
  /** Mean of the time between two kills, in milliseconds. */
  readonly meanMs: number;
  /** Targets that are spared. */
  readonly except?: readonly Target[];
  /** Ends the killing before all kills are done. */
  readonly signal: AbortSignal;
  readonly onKill: (kill: Kill, victims: readonly ProcessRow[]) => void;
}

/**
 * Resolves with what was killed. The times between kills are exponentially distributed. Then a target is chosen, and a process of it
 * killed as soon as one runs.
 */
export async function killAtRandom(plan: KillPlan): Promise<Kill[]> {
  const { family, random, kills, meanMs, except = [], signal, onKill } = plan;
  const candidates = (Object.keys(targets) as Target[]).filter((target) => !except.includes(target));
  const done: Kill[] = [];
  while (done.length < kills && !signal.aborted) {
    const pauseMs = -Math.log(1 - random.next()) * meanMs;
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    const target = random.pickWeighted(candidates, weights);
    const rows = await findRunning(family, target, signal);
    if (rows.length === 0) continue;
    const victims = target === 'everything' ? rows : [random.pick(rows)];
    for (const { pid } of victims) killNow(pid);
    const kill = { target, at: Date.now() };
    done.push(kill);
    onKill(kill, victims);
  }
  return done;
}

/** Waits for processes of a target. Returns none if there are none for five seconds. */
async function findRunning(
  family: ProcessFamily,
  target: Target,
  signal: AbortSignal,
): Promise<readonly ProcessRow[]> {
  for (const deadline = Date.now() + SEARCH_MS; Date.now() < deadline && !signal.aborted; await sleep(30)) {
    const rows = groupByTarget(await family.read()).get(target);
    if (rows !== undefined) return rows;
  }
  return [];
}

/** Does nothing if the process has ended. */
export function killNow(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
