/**
 * Kills anything at any moment under a mixed load, and checks that every accepted job ends once, with the result of an
 * undisturbed run.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { measureBaseline } from './baseline.ts';
import { checkCallbacks } from './checks/callbacks.ts';
import { checkEvents } from './checks/events.ts';
import { checkMachine, checkStore, deleteInterruptedUploads } from './checks/leaks.ts';
import { checkList, listJobs } from './checks/lists.ts';
import { checkOutcome } from './checks/outcome.ts';
import type { Violation } from './checks/violation.ts';
import { type Kill, killAtRandom } from './killer.ts';
import { makeAssets } from './load/assets.ts';
import { writeDefinition } from './load/command.ts';
import { type Outcome, readOutcome } from './load/outcome.ts';
import { createClient } from './load/patient-client.ts';
import { type Accepted, runLoad } from './load/run-load.ts';
import { nameOf, type Submission, type Target } from './load/submission.ts';
import { seedRandom } from './seeded-random.ts';
import { type Server, startServer } from './server.ts';
import { startSite } from './site.ts';
import type { Target as KillTarget } from './targets.ts';

export interface KillsOptions {
  readonly kills: number;
  readonly seed: number;
  /** No kill comes later. */
  readonly minutes: number;
  /** Mean of the time between two kills, in milliseconds. */
  readonly meanMs: number;
  /** Jobs in progress at once. */
  readonly concurrency: number;
  readonly submissions: readonly Submission[];
  readonly except?: readonly KillTarget[];
  readonly log: (line: string) => void;
}

export interface KillsReport {
  readonly kills: readonly Kill[];
  readonly jobs: readonly (Accepted & { readonly violations: readonly Violation[] })[];
  /** Those of jobs as well. */
  readonly violations: readonly Violation[];
  /** Submissions that this machine cannot run. */
  readonly skipped: readonly Submission[];
}

/** Milliseconds for callbacks after the end of the last job. */
const CALLBACKS_MS = 60_000;

/** @param root A directory for all data of this run. */
export async function runKills(root: string, options: KillsOptions): Promise<KillsReport> {
  const { log } = options;
  const assets = await makeAssets(await makeDirectory(join(root, 'assets')));
  const env = {
    DARKROOM_OPERATIONS: await writeDefinition(root),
    DARKROOM_INPUT_ROOTS: join(root, 'assets'),
    DARKROOM_LOG_LEVEL: 'info',
  };
  const site = await startSite(assets, seedRandom(options.seed + 1));
  const targetOf = (server: Server): Target => ({ client: createClient(server.url), site: site.url, assets });
  try {
    const undisturbed = await startServer(await makeDirectory(join(root, 'undisturbed')), env);
    await undisturbed.ready();
    const possible = await findPossible(targetOf(undisturbed), options.submissions);
    log(`undisturbed run of ${possible.length} submissions …`);
    const expected = await measureBaseline(targetOf(undisturbed), possible);
    await undisturbed.stop();

    const server = await startServer(await makeDirectory(join(root, 'disturbed')), env);
    await server.ready();
    const target = targetOf(server);
    const calm = new AbortController();
    const violations: Violation[] = [];
    const loading = runLoad({
      target,
      submissions: possible,
      random: seedRandom(options.seed + 2),
      concurrency: options.concurrency,
      signal: calm.signal,
      onRefused: (submission, { message }) =>
        violations.push({ kind: 'refused', what: nameOf(submission), message }),
    });
    const timer = setTimeout(() => calm.abort(), options.minutes * 60_000);
    const kills = await killAtRandom({
      ...options,
      family: server.family,
      random: seedRandom(options.seed),
      signal: calm.signal,
      onKill: ({ target: name }, victims) => log(`kill ${name}: ${victims.map(({ pid }) => pid).join(' ')}`),
    });
    clearTimeout(timer);
    calm.abort();
    log('no more kills; waiting for the jobs to end …');
    const accepted = await loading;
    await server.ready();
    for (const deadline = Date.now() + CALLBACKS_MS; Date.now() < deadline; await sleep(200))
      if (accepted.every(({ id, submission }) => !submission.callsBack || isDelivered(id))) break;
    const jobs = [];
    for (const job of accepted) jobs.push({ ...job, violations: await checkJob(job) });
    const ids = accepted.map(({ id }) => id);
    violations.push(...checkList(await listJobs(target.client), ids));
    await deleteInterruptedUploads(server);
    violations.push(...(await checkStore(server, ids)));
    violations.push(...(await checkMachine(server, await server.stop())));
    return {
      kills,
      jobs,
      violations: [...jobs.flatMap((job) => job.violations), ...violations],
      skipped: options.submissions.filter((submission) => !possible.includes(submission)),
    };

    function isDelivered(id: string): boolean {
      return checkCallbacks(id, '', site.callbacks).every(({ kind }) => kind !== 'lost');
    }

    async function checkJob({ id, submission, events }: Accepted): Promise<Violation[]> {
      if (events === null) return [{ kind: 'lost', what: `job ${id}`, message: 'it did not end' }];
      const outcome = await readOutcome(target.client, id).catch((error: Error) => error);
      if (outcome instanceof Error) return [{ kind: 'wrong', what: `job ${id}`, message: outcome.message }];
      return [
        ...checkEvents(id, events),
        ...checkOutcome(id, submission, outcome, expected.get(submission) as Outcome),
        ...(submission.callsBack ? checkCallbacks(id, outcome.state, site.callbacks) : []),
      ];
    }
  } finally {
    await site.close();
  }
}

async function makeDirectory(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  return path;
}

/** Leaves out operations whose programs are not installed. */
async function findPossible(
  { client, assets }: Target,
  submissions: readonly Submission[],
): Promise<Submission[]> {
  type Operations = { operations: readonly { name: string; available: boolean }[] };
  const { operations } = await client.json<Operations>('/v1/operations');
  const available = new Set(operations.filter(({ available }) => available).map(({ name }) => name));
  return submissions.filter(
    ({ operation, needs }) => available.has(operation) && (needs === undefined || assets.has(needs)),
  );
}
