/** Temporal is stopped in the middle of a 3D reconstruction. No part of the reconstruction may run again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { killNow } from './killer.ts';
import { model } from './load/compatible.ts';
import { followJob } from './load/follow.ts';
import { readOutcome } from './load/outcome.ts';
import type { Target } from './load/submission.ts';
import type { ProcessFamily } from './process-family.ts';
import { findPossible } from './rig.ts';
import type { Server } from './server.ts';
import { groupByTarget } from './targets.ts';

const POLL_MS = 100;
/** Not the programs that start Python with limits. */
const ENGINE = /^\S*python[\d.]* .*-m reconstruct\b/;

/**
 * Returns how often the work was done: 1 plus the engine processes that an undisturbed reconstruction does not start. Null if the
 * engine is not installed here.
 *
 * @param seconds Duration of the outage.
 */
export async function countModelRuns(
  server: Server,
  target: Target,
  seconds: number,
): Promise<number | null> {
  if ((await findPossible(target, [model])).length === 0) return null;
  const undisturbed = await countEngines(server, target, 'model-undisturbed', async () => undefined);
  const disturbed = await countEngines(server, target, 'model-outage', async () => {
    const temporal = groupByTarget(await server.family.read()).get('temporal') ?? [];
    for (const { pid } of temporal) killNow(pid, 'SIGSTOP');
    await sleep(1000 * seconds);
    for (const { pid } of temporal) killNow(pid, 'SIGCONT');
  });
  return 1 + disturbed - undisturbed;
}

/** Runs a reconstruction, disturbs once its engine runs, and returns how many engine processes it started. @throws Error if it fails. */
async function countEngines(
  server: Server,
  target: Target,
  key: string,
  disturb: () => Promise<void>,
): Promise<number> {
  const seen = new Set<string>();
  const ended = new AbortController();
  const watching = watchEngines(server.family, seen, ended.signal);
  const id = await model.submit(target, key);
  while (seen.size === 0) await sleep(POLL_MS);
  await disturb();
  await followJob(target.client.url, id, () => true);
  ended.abort();
  await watching;
  const { state, error } = await readOutcome(target.client, id);
  if (state !== 'completed') throw new Error(`The reconstruction is ${state}: ${JSON.stringify(error)}`);
  return seen.size;
}

/** Adds each engine process that runs until the signal. */
async function watchEngines(family: ProcessFamily, seen: Set<string>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const engines = (await family.read()).filter(({ command }) => ENGINE.test(command));
    const pids = new Set(engines.map(({ pid }) => pid));
    for (const { pid, parent, startedAt } of engines) if (!pids.has(parent)) seen.add(`${pid} ${startedAt}`);
    await sleep(POLL_MS);
  }
}
