/** Activities that kill or block their worker, or hang, fail after three attempts. Those beside them complete. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Job } from '../../src/jobs/model/job.ts';
import { supervise } from '../../src/lib/supervise.ts';
import { type EmbeddedTemporal, startEmbeddedTemporal } from '../../src/temporal/embedded/server.ts';
import { type Lab, startLab } from '../support/lab.ts';
import { labOperation } from '../support/lab-operation.ts';
import { defaultSettings } from '../support/server.ts';

const worker = fileURLToPath(new URL('../support/crash/worker.mjs', import.meta.url));
const unused = () => Promise.reject(new Error('The worker has this operation'));
const names = ['crash.kill', 'crash.memory', 'crash.block', 'crash.hang', 'crash.innocent', 'crash.held'];

let temporal: EmbeddedTemporal;
let temporalData: string;
let lab: Lab;
const stop = new AbortController();
let supervised: Promise<void>;
let workerPid: number | undefined;
const endings: (string | number | null)[] = [];

beforeAll(async () => {
  temporalData = await mkdtemp(join(tmpdir(), 'darkroom-crash-budget-'));
  temporal = await startEmbeddedTemporal({
    binary: inject('temporalBinary'),
    dataDir: temporalData,
    preferredPort: 0,
    log: console.log,
  });
  lab = await startLab({
    temporalAddress: temporal.address,
    runsWorkers: false,
    operations: names.map((name) => labOperation(name, unused, { capability: 'io' })),
  });
  const env = {
    ...defaultSettings(lab.config.DARKROOM_DATA, '0'),
    DARKROOM_IO_SLOTS: '20',
    DARKROOM_STALL_MS: '3000',
    DARKROOM_UNRESPONSIVE_MS: '15000',
    TEMPORAL_ADDRESS: lab.temporal.address,
    TEMPORAL_NAMESPACE: lab.temporal.namespace,
    NODE_OPTIONS: '--max-old-space-size=150',
  };
  const run = async () => {
    const child = spawn(process.execPath, [worker], { env, stdio: 'ignore' });
    workerPid = child.pid;
    const end = () => child.kill('SIGTERM');
    stop.signal.addEventListener('abort', end, { once: true });
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    stop.signal.removeEventListener('abort', end);
    endings.push(signal ?? code);
    return null;
  };
  supervised = supervise(run, { signal: stop.signal, onRestart: () => undefined });
});

afterAll(async () => {
  stop.abort();
  await supervised;
  await lab.dispose();
  await temporal.stop();
  await rm(temporalData, { recursive: true, force: true, maxRetries: 5 });
});

/** Milliseconds in which all jobs must end: each death of the worker delays all others. */
const TIMEOUT_MS = 300_000;

const untilEnded = async (job: Job): Promise<Job> => {
  const read = async () => (await lab.jobs.open(job)).job;
  await expect
    .poll(async () => ['failed', 'completed'].includes((await read()).state), {
      timeout: TIMEOUT_MS,
      interval: 250,
    })
    .toBe(true);
  return read();
};

test('guilty activities among innocent ones', { timeout: 2 * TIMEOUT_MS }, async () => {
  const innocent = () =>
    Promise.all(
      Array.from({ length: 2 }, (_, word) => lab.submit({ operation: 'crash.innocent', params: { word } })),
    );
  const before = await innocent();
  const died = 'its process was ended by SIG(KILL|ABRT)';
  const guilty = [
    { operation: 'crash.kill', code: 'worker_lost', how: died },
    { operation: 'crash.memory', code: 'worker_lost', how: died },
    { operation: 'crash.block', code: 'worker_lost', how: 'its process did not respond for 15 s' },
    {
      operation: 'crash.hang',
      code: 'stage_stalled',
      how: 'it reported no progress, computed nothing and wrote nothing for 3 s',
    },
  ];
  const jobs: Job[] = [];
  for (const { operation } of guilty) jobs.push(await lab.submit({ operation }));
  const after = await innocent();
  for (const [index, { code, how }] of guilty.entries()) {
    const { error } = await untilEnded(jobs[index] as Job);
    expect(error).toMatchObject({
      code,
      retryable: false,
      message: expect.stringMatching(
        `^Each of \\d attempts at "only" .* In the last one it ran alone: ${how}`,
      ) as string,
      details: { activity: 'only' },
    });
  }
  for (const job of [...before, ...after])
    expect(await untilEnded(job)).toMatchObject({ state: 'completed', error: null });
  // Each death is blamed on at least one of the three that cause them, each at most twice.
  expect(endings.length).toBeGreaterThanOrEqual(2);
  expect(endings.length).toBeLessThanOrEqual(6);
  expect(endings.filter((ending) => ending !== 'SIGKILL' && ending !== 'SIGABRT')).toEqual([]);
});

test('a lone activity completes although its worker is killed three times', {
  timeout: TIMEOUT_MS,
}, async () => {
  const [gate, starts] = [join(lab.config.DARKROOM_DATA, 'gate'), join(lab.config.DARKROOM_DATA, 'starts')];
  const job = await lab.submit({ operation: 'crash.held', params: { gate, starts } });
  const readStarts = async () =>
    (await readFile(starts, 'utf8').catch(() => '')).trim().split('\n').filter(Boolean);
  for (let kills = 1; kills <= 3; kills++) {
    await expect.poll(async () => (await readStarts()).length, { timeout: TIMEOUT_MS }).toBe(kills);
    process.kill(workerPid ?? 0, 'SIGKILL');
  }
  await expect.poll(async () => (await readStarts()).length, { timeout: TIMEOUT_MS }).toBe(4);
  await writeFile(gate, '');
  expect(await untilEnded(job)).toMatchObject({ state: 'completed', error: null });
  // The last two attempts ran alone, in processes of their own.
  expect((await readStarts()).slice(-2)).not.toContain(String(workerPid));
  const log = await (await lab.jobs.open(job)).log(new AbortController().signal);
  const lost = log.filter(({ code }) => code === 'worker_lost').map(({ message }) => message);
  // An attempt that is killed at once may leave no message.
  expect(lost.at(-1)).toBe('An attempt was lost with its worker. Attempt 4 begins');
});
