/** Activities that run in a process of their own, with the program of the built tree. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ActivityRun } from '../../../activities/activity-run.ts';
import type { StageRunInput } from '../../../activities/types.ts';
import { createRunAlone } from '../../../src/cli/run-alone.ts';
import { batchSizes } from '../../../src/jobs/model/batch.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import { createStageFiles } from '../../../src/storage/stages.ts';

const UNRESPONSIVE_MS = 30_000;

let dataDir: string;
let workDir: string;
const before = process.env['DARKROOM_DATA'];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'darkroom-alone-'));
  workDir = join(dataDir, 'work');
  await mkdir(workDir);
  // The process reads the environment, as its worker did.
  process.env['DARKROOM_DATA'] = dataDir;
});

afterAll(async () => {
  if (before === undefined) delete process.env['DARKROOM_DATA'];
  else process.env['DARKROOM_DATA'] = before;
  await rm(dataDir, { recursive: true, force: true });
});

const job = { tenant: 'public', id: 'alone', run: 1, fingerprint: 'f' };

const echo = (run: number, params: Record<string, unknown>): StageRunInput => ({
  job: { ...job, run },
  points: 100,
  signalsStart: false,
  step: 'main',
  operation: 'test.echo',
  params,
  stage: { name: 'echo', run, retriesFailuresOf: null, timeoutMs: 60_000, capability: 'io' },
  before: null,
  collected: null,
  batch: null,
  layout: { chunkEnds: [], sizes: batchSizes },
  skipFailedAssets: false,
  reuse: true,
});

const reports: object[] = [];
const cancel = new AbortController();
const activity = (signal = new AbortController().signal): ActivityRun => ({
  startedAt: Date.now(),
  report: (progress) => void reports.push(progress),
  signal,
  attempt: 3,
  scheduledAt: 1,
  lastAttempt: false,
  earlier: null,
  log: () => undefined,
  record: () => undefined,
});

test('returns the result and the progress, and stores the outputs', async () => {
  const runAlone = createRunAlone(workDir, '127.0.0.1:7233', { unresponsiveMs: UNRESPONSIVE_MS });
  const input = echo(1, { word: 'kept', delay_ms: 10 });
  expect(await runAlone('runStage', input, activity())).toMatchObject({ failed: 0 });
  expect(reports).toContainEqual({ points: 100, detail: 'step 10 of 10' });
  const stages = createStageFiles(createFilesystemStore({ root: join(dataDir, 'store') }));
  const checkpoint = await stages.readCheckpoint(input, new AbortController().signal);
  expect(checkpoint?.data).toEqual({ word: 'kept', delay_ms: 10 });
  expect(await readdir(workDir)).toEqual([]);
});

test('throws the error of the activity', async () => {
  const runAlone = createRunAlone(workDir, '127.0.0.1:7233', { unresponsiveMs: UNRESPONSIVE_MS });
  await expect(runAlone('runStage', echo(2, { fail: 'permanent' }), activity())).rejects.toMatchObject({
    name: 'DarkroomError',
    code: 'operation_failed',
  });
  expect(await readdir(workDir)).toEqual([]);
});

test('stops when the activity is cancelled', async () => {
  const runAlone = createRunAlone(workDir, '127.0.0.1:7233', { unresponsiveMs: UNRESPONSIVE_MS });
  reports.length = 0;
  const running = runAlone('runStage', echo(3, { delay_ms: 600_000 }), activity(cancel.signal));
  running.catch(() => undefined);
  await expect.poll(() => reports.length).toBeGreaterThan(0);
  cancel.abort(new Error('cancelled'));
  await expect(running).rejects.toThrow();
  expect(await readdir(workDir)).toEqual([]);
});

test('says how the process ended when it ends before the activity', async () => {
  const runAlone = createRunAlone(workDir, '127.0.0.1:7233', {
    unresponsiveMs: UNRESPONSIVE_MS,
    module: join(dataDir, 'missing.mjs'),
  });
  await expect(runAlone('runStage', echo(4, {}), activity())).rejects.toMatchObject({
    code: 'worker_lost',
    message: 'its process ended with code 1',
  });
});

// Each writes to the channel, which is file descriptor 3, until the other side has read all.
const write = `import { writeSync } from 'node:fs';
const write = (text) => { for (let rest = Buffer.from(text); rest.length > 0; ) try { rest = rest.subarray(writeSync(3, rest)); } catch {} };
`;

test.each([
  ['never speaks', 'setInterval(() => undefined, 1000)', /^its process did not respond for 1 s$/],
  [
    'sends what is not JSON',
    `${write} write('x\\n'); setInterval(() => undefined, 1000)`,
    /sent what is not JSON/,
  ],
  [
    'sends an unknown message',
    `${write} write('{"isAlive":false}\\n'); setInterval(() => undefined, 1000)`,
    /sent an invalid message/,
  ],
  [
    'floods',
    `${write} for (;;) write('{"isAlive":true}\\n'.repeat(1000))`,
    /wrote more than 20000 lines in a minute/,
  ],
  [
    'sends a message without end',
    `${write} for (;;) write('x'.repeat(1e6))`,
    /wrote a line of more than \d+ bytes/,
  ],
])('a process that %s fails its activity alone', async (name, text, expected) => {
  const module = join(dataDir, `${name.replaceAll(' ', '-')}.mjs`);
  await writeFile(module, text);
  const runAlone = createRunAlone(workDir, '127.0.0.1:7233', { unresponsiveMs: 1000, startMs: 1000, module });
  // A process that speaks does so before it is killed for its silence.
  const patient = createRunAlone(workDir, '127.0.0.1:7233', { unresponsiveMs: UNRESPONSIVE_MS, module });
  const run = name === 'never speaks' ? runAlone : patient;
  await expect(run('runStage', echo(5, {}), activity())).rejects.toMatchObject({
    code: 'worker_lost',
    message: expect.stringMatching(expected),
  });
});
