/** A job that kills its worker, one that crashes the decoder, and one that takes all memory, beside innocent jobs of every operation. */
import { readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import type { Violation } from './checks/violation.ts';
import { killNow } from './killer.ts';
import { HOG, KILLER } from './load/commands.ts';
import { followJob } from './load/follow.ts';
import { native } from './load/native.ts';
import { type Outcome, readOutcome } from './load/outcome.ts';
import { nameOf, type Submission, type Target } from './load/submission.ts';
import { findPossible, startRig } from './rig.ts';
import type { Server } from './server.ts';
import { groupByTarget } from './targets.ts';

/** Of a guilty job, until it fails. */
const MAX_SECONDS = 300;
const MAX_ATTEMPTS = 3;
const POISON = 'poison.png';
const SIZE = { width: 7000, height: 5000 };

export interface PoisonReport {
  readonly guilty: readonly { readonly name: string; readonly seconds: number; readonly error: string }[];
  readonly innocent: { readonly jobs: number; readonly completed: number };
  readonly violations: readonly Violation[];
}

interface PoisonOptions {
  /** Innocent jobs of each operation. */
  readonly beside: number;
  readonly submissions: readonly Submission[];
  readonly log: (line: string) => void;
}

/** The asset on which every decoder is killed. It takes seconds to decode, so that it is found in time. */
const drawPoison = (): Promise<Buffer> =>
  sharp({
    create: {
      ...SIZE,
      channels: 3,
      background: '#7a3b52',
      noise: { type: 'gaussian', mean: 120, sigma: 40 },
    },
  })
    .png({ compressionLevel: 1 })
    .toBuffer();

const guilty = [
  { ...native({ operation: KILLER }), failsWith: 'worker_lost' },
  { ...native({ operation: HOG }), failsWith: 'operation_failed' },
  {
    ...native({ operation: 'image.transform', variant: 'poison', urls: [POISON] }),
    failsWith: 'asset_crashes_decoder',
  },
];

/** @param root An empty directory for all data. */
export async function runPoison(root: string, options: PoisonOptions): Promise<PoisonReport> {
  const picture = await drawPoison();
  const rig = await startRig(root, {
    seed: 1,
    submissions: options.submissions,
    moreAssets: [[POISON, picture]],
  });
  const { server, target } = await rig.start('server', { DARKROOM_SANDBOX: 'off' });
  const stop = new AbortController();
  const killing = killDecodersOf(server, picture.length, stop.signal);
  try {
    return await runBeside(target, options);
  } finally {
    stop.abort();
    await killing;
    await server.stop();
    await rig.close();
  }
}

async function runBeside(target: Target, { beside, submissions, log }: PoisonOptions): Promise<PoisonReport> {
  const possible = await findPossible(target, submissions);
  const all = possible
    .filter(({ failsWith }) => failsWith === null)
    .flatMap((submission) => Array.from({ length: beside }, () => submission));
  log(`${all.length} innocent jobs and ${guilty.length} guilty ones …`);
  const run = async (submission: Submission, key: string): Promise<Ended> => {
    const startedAt = Date.now();
    const id = await submission.submit(target, key);
    await followJob(target.client.url, id, () => true);
    return {
      submission,
      id,
      ...(await readOutcome(target.client, id)),
      seconds: (Date.now() - startedAt) / 1000,
    };
  };
  // The guilty jobs come between the innocent ones.
  const half = Math.ceil(all.length / 2);
  const before = all.slice(0, half).map((submission, index) => run(submission, `before-${index}`));
  const ended = guilty.map((submission, index) => run(submission, `guilty-${index}`));
  const after = all.slice(half).map((submission, index) => run(submission, `after-${index}`));
  const [bad, good] = [await Promise.all(ended), await Promise.all([...before, ...after])];
  return {
    guilty: bad.map(({ submission, seconds, error }) => ({
      name: nameOf(submission),
      seconds: Math.round(seconds),
      error: error?.message ?? 'nothing',
    })),
    innocent: { jobs: good.length, completed: good.filter(({ error }) => error === null).length },
    violations: [...bad, ...good].flatMap(checkEnded),
  };
}

interface Ended extends Outcome {
  readonly submission: Submission;
  readonly id: string;
  readonly seconds: number;
}

function checkEnded({ submission, id, error, seconds }: Ended): Violation[] {
  const report = (message: string): Violation[] => [
    { kind: 'wrong', what: `job ${id} (${nameOf(submission)})`, message },
  ];
  if ((error?.code ?? null) !== submission.failsWith)
    return report(`it ended with ${error?.code}: ${error?.message}; expected ${submission.failsWith}`);
  if (error === null) return [];
  const attempts = Number(/Each of (\d+) attempts/.exec(error.message)?.[1] ?? 1);
  if (attempts > MAX_ATTEMPTS) return report(`it had ${attempts} attempts`);
  return seconds > MAX_SECONDS ? report(`it failed after ${seconds} s`) : [];
}

/** Kills each picture process that has an asset of this size. */
async function killDecodersOf({ family }: Server, size: number, signal: AbortSignal): Promise<void> {
  for (; !signal.aborted; await sleep(50)) {
    for (const { pid } of groupByTarget(await family.read()).get('picture') ?? []) {
      const folder = await readlink(`/proc/${pid}/cwd`).catch(() => null);
      if (folder === null) continue;
      const inputs = join(folder, '..', 'in');
      for (const name of await readdir(inputs).catch(() => [])) {
        const info = await stat(join(inputs, name)).catch(() => null);
        if (info?.size === size) killNow(pid);
      }
    }
  }
}
