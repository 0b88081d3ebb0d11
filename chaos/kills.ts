/**
 * Kills anything at any moment under a mixed load, and checks that every accepted job ends once, with the result of an
 * undisturbed run.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { measureBaseline } from './baseline.ts';
import { checkCallbacks } from './checks/callbacks.ts';
import { checkEvents } from './checks/events.ts';
import { isGivenUp } from './checks/given-up.ts';
import { checkMachine, checkStore, deleteInterruptedUploads, removeLeftovers } from './checks/leaks.ts';
import { checkList, listJobs } from './checks/lists.ts';
import { checkOutcome } from './checks/outcome.ts';
import type { Violation } from './checks/violation.ts';
import { type Kill, killAtRandom } from './killer.ts';
import { type Outcome, readOutcome } from './load/outcome.ts';
import type { PatientClient } from './load/patient-client.ts';
import { type Accepted, runLoad } from './load/run-load.ts';
import { nameOf, type Submission, type Target } from './load/submission.ts';
import { findPossible, startRig } from './rig.ts';
import { seedRandom } from './seeded-random.ts';
import type { Server } from './server.ts';
import type { Site } from './site.ts';
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

export interface CheckedJob extends Accepted {
  readonly violations: readonly Violation[];
  /** Whether it failed because of a limit of attempts that the kills exhausted. */
  readonly isGivenUp: boolean;
}

export interface KillsReport {
  readonly kills: readonly Kill[];
  readonly jobs: readonly CheckedJob[];
  /** Those of jobs as well. */
  readonly violations: readonly Violation[];
  /** Submissions that this machine cannot run. */
  readonly skipped: readonly Submission[];
}

/** Milliseconds for callbacks after the end of the last job. */
const CALLBACKS_MS = 60_000;

/** @param root An empty directory for all data. */
export async function runKills(root: string, options: KillsOptions): Promise<KillsReport> {
  const { log, seed, submissions } = options;
  const rig = await startRig(root, { seed, submissions });
  try {
    const undisturbed = await rig.start('undisturbed');
    const possible = await findPossible(undisturbed.target, submissions);
    log(`undisturbed run of ${possible.length} submissions …`);
    const expected = await measureBaseline(undisturbed.target, possible);
    await undisturbed.server.stop();

    const { server, target } = await rig.start('disturbed');
    const refused: Violation[] = [];
    const { kills, accepted } = await disturb(server, target, possible, options, refused);
    await server.ready();
    await waitForCallbacks(rig.site, accepted);
    const jobs: CheckedJob[] = [];
    for (const job of accepted) jobs.push(await checkJob(job, target.client, rig.site, expected, kills));
    const ids = accepted.map(({ id }) => id);
    const violations = [...refused, ...checkList(await listJobs(target.client), ids)];
    await deleteInterruptedUploads(server);
    violations.push(...(await checkMachine(server, await server.stop())));
    await removeLeftovers(server);
    violations.push(...(await checkStore(server, ids)));
    return {
      kills,
      jobs,
      violations: [...jobs.flatMap((job) => job.violations), ...violations],
      skipped: submissions.filter((submission) => !possible.includes(submission)),
    };
  } finally {
    await rig.close();
  }
}

/** Runs load and kills side by side. Resolves when all accepted jobs have ended. */
async function disturb(
  { family }: Server,
  target: Target,
  submissions: readonly Submission[],
  options: KillsOptions,
  refused: Violation[],
) {
  const { seed, concurrency, minutes, log } = options;
  const calm = new AbortController();
  const loading = runLoad({
    target,
    submissions,
    random: seedRandom(seed + 2),
    concurrency,
    signal: calm.signal,
    onRefused: (submission, { message }) =>
      refused.push({ kind: 'refused', what: nameOf(submission), message }),
  });
  const timer = setTimeout(() => calm.abort(), minutes * 60_000);
  const kills = await killAtRandom({
    ...options,
    family,
    random: seedRandom(seed),
    signal: calm.signal,
    onKill: (kill, victims) => log(`kill ${kill.target}: ${victims.map(({ pid }) => pid).join(' ')}`),
  });
  clearTimeout(timer);
  calm.abort();
  log('no more kills; waiting until all jobs have ended …');
  return { kills, accepted: await loading };
}

/** A callback may be refused, and is then sent again. */
async function waitForCallbacks({ callbacks }: Site, accepted: readonly Accepted[]): Promise<void> {
  const isDelivered = ({ id, submission }: Accepted) =>
    !submission.callsBack || checkCallbacks(id, '', callbacks).every(({ kind }) => kind !== 'lost');
  for (const deadline = Date.now() + CALLBACKS_MS; Date.now() < deadline; await sleep(200))
    if (accepted.every(isDelivered)) return;
}

async function checkJob(
  job: Accepted,
  client: PatientClient,
  { callbacks }: Site,
  expected: ReadonlyMap<Submission, Outcome>,
  kills: readonly Kill[],
): Promise<CheckedJob> {
  const { id, submission, events } = job;
  const what = `job ${id} (${nameOf(submission)})`;
  const outcome = await readOutcome(client, id).catch((error: Error) => error);
  const fail = (kind: Violation['kind'], message: string): CheckedJob => ({
    ...job,
    violations: [{ kind, what, message }],
    isGivenUp: false,
  });
  if (events === null) return fail('lost', `it did not end: ${JSON.stringify(outcome)}`);
  if (outcome instanceof Error) return fail('wrong', outcome.message);
  const isOver = isGivenUp(outcome, job, kills);
  const violations = [
    ...checkEvents(id, events),
    ...(isOver ? [] : checkOutcome(id, submission, outcome, expected.get(submission) as Outcome)),
    ...(submission.callsBack ? checkCallbacks(id, outcome.state, callbacks) : []),
  ];
  return { ...job, violations: violations.map((violation) => ({ ...violation, what })), isGivenUp: isOver };
}
