/** Temporal, or the object store, is away in the middle of the work. What was computed is not computed again. */
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startS3Server } from '../bench/s3-server.ts';
import type { Violation } from './checks/violation.ts';
import { killNow } from './killer.ts';
import { COUNTED } from './load/commands.ts';
import { model } from './load/compatible.ts';
import { followJob } from './load/follow.ts';
import { native } from './load/native.ts';
import { readOutcome } from './load/outcome.ts';
import type { Target } from './load/submission.ts';
import { countModelRuns } from './model-outage.ts';
import { startRig } from './rig.ts';
import type { Server } from './server.ts';
import { groupByTarget } from './targets.ts';

export interface OutageRow {
  readonly outage: string;
  readonly seconds: number;
  /** How often the work was done; null if the outage cannot be provoked here. */
  readonly runs: number | null;
}

interface OutagesOptions {
  readonly seconds: number;
  readonly log: (line: string) => void;
}

interface OutagesReport {
  readonly rows: readonly OutageRow[];
  readonly violations: readonly Violation[];
}

/** @param root A directory for all data of this run. */
export async function runOutages(root: string, options: OutagesOptions): Promise<OutagesReport> {
  const rows: OutageRow[] = [];
  const s3 = await startS3Server(root);
  const rig = await startRig(root, { seed: 1, submissions: [model] });
  const store = s3 === null ? {} : { ...s3.env, DARKROOM_STORE: s3.address };
  const { server, target } = await rig.start('server', { DARKROOM_SANDBOX: 'off', ...store });
  const measure = async (outage: string, disturb: (openGate: () => Promise<void>) => Promise<void>) => {
    options.log(`${outage} …`);
    rows.push({
      outage,
      seconds: options.seconds,
      runs: await countRuns(root, target, `outage-${rows.length}`, disturb),
    });
  };
  await measure('Temporal is stopped (SIGSTOP) while a step computes', async (openGate) => {
    const [temporal] = await temporalOf(server);
    killNow(temporal ?? 0, 'SIGSTOP');
    await sleep(1000 * options.seconds);
    killNow(temporal ?? 0, 'SIGCONT');
    await openGate();
  });
  await measure('Temporal is killed again and again while a step computes and ends', async (openGate) => {
    for (const deadline = Date.now() + 1000 * options.seconds; Date.now() < deadline; await sleep(200)) {
      for (const pid of await temporalOf(server)) killNow(pid);
      if (Date.now() > deadline - 500 * options.seconds) await openGate();
    }
  });
  if (s3 === null) rows.push({ outage: 'The S3 server is down after computing', seconds: 0, runs: null });
  else
    await measure(
      'The S3 server is down after computing, before the outputs are stored',
      async (openGate) => {
        await s3.stop();
        await openGate();
        while (!existsSync(join(root, 'computed'))) await sleep(50);
        await sleep(1000 * options.seconds);
        await s3.start();
      },
    );
  const outage = 'Temporal is stopped in the middle of a 3D reconstruction';
  options.log(`${outage} …`);
  rows.push({
    outage,
    seconds: options.seconds,
    runs: await countModelRuns(server, target, options.seconds),
  });
  await server.stop();
  await rig.close();
  await s3?.stop();
  const repeated = rows.filter(({ runs }) => runs !== null && runs !== 1);
  const violations = repeated.map(
    ({ outage, runs }): Violation => ({
      kind: 'duplicated',
      what: outage,
      message: `the work was done ${runs} times`,
    }),
  );
  return { rows, violations };
}

const temporalOf = async ({ family }: Server): Promise<number[]> =>
  (groupByTarget(await family.read()).get('temporal') ?? []).map(({ pid }) => pid);

/** Runs a job, disturbs while its command runs, and returns how often the command ran. @throws Error if the job does not complete. */
async function countRuns(
  root: string,
  target: Target,
  key: string,
  disturb: (openGate: () => Promise<void>) => Promise<void>,
): Promise<number> {
  const [runs, gate, computed] = ['runs', 'gate', 'computed'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [runs, gate, computed]) await rm(path, { force: true });
  const job = native({ operation: COUNTED });
  const id = await job.submit(target, key);
  while (!existsSync(runs)) await sleep(50);
  await disturb(() => writeFile(gate, ''));
  await followJob(target.client.url, id, () => true);
  const { state, error, result } = await readOutcome(target.client, id);
  if (!result.includes('"computed":true')) throw new Error(`The job is ${state}: ${JSON.stringify(error)}`);
  return (await readFile(runs, 'utf8')).trim().split('\n').length;
}
