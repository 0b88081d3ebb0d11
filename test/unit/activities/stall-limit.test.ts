import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SignsOfLife, withStallLimit } from '../../../activities/stall-limit.ts';
import type { Pictures } from '../../../operations/lib/picture-process/pictures.ts';

const LIMIT_MS = 1000;
/** For work that goes on: a busy machine may hold it up for seconds. */
const PATIENT_MS = 4000;
const hung = {
  code: 'stage_stalled',
  message: 'it reported no progress, computed nothing and wrote nothing for 1 s',
};

let directory: string;
const makeScratch = () => mkdtemp(join(directory, 'scratch-'));
const children: ChildProcess[] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'darkroom-stall-'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

const run = (signs: SignsOfLife, work: (signal: AbortSignal) => Promise<unknown>, limitMs = LIMIT_MS) =>
  withStallLimit(new AbortController().signal, limitMs, signs, async (signal) => void (await work(signal)));
const never = (signal: AbortSignal) => sleep(2 ** 30, undefined, { signal });

/** Runs a command, of which the stage waits for the end. */
const start = (program: string, ...args: string[]): ChildProcess => {
  const child = spawn(program, args, { stdio: 'ignore' });
  children.push(child);
  return child;
};

test('a stage that does nothing hangs', async () => {
  await expect(run(new SignsOfLife(directory), never)).rejects.toMatchObject(hung);
});

test('a stage that waits for an idle process hangs', async () => {
  const signs = new SignsOfLife(directory);
  // A shell whose child sleeps: what descendants do counts, and they do nothing.
  signs.addProcess(start('sh', '-c', 'sleep 600; true').pid);
  await expect(run(signs, never)).rejects.toMatchObject(hung);
});

describe.concurrent('a stage does not hang', () => {
  /** Does something again and again, for longer than the limit. */
  const keep = async (does: () => unknown) => {
    for (const begun = performance.now(); performance.now() - begun < 1.5 * PATIENT_MS; await sleep(100))
      await does();
  };

  test.skipIf(process.platform !== 'linux')('whose descendants compute', async () => {
    const signs = new SignsOfLife(await makeScratch());
    const child = start('sh', '-c', `timeout ${(1.5 * PATIENT_MS) / 1000} sh -c 'while :; do :; done'; true`);
    signs.addProcess(child.pid);
    await run(signs, () => once(child, 'exit'), PATIENT_MS);
  });

  test('that writes', async () => {
    const scratch = await makeScratch();
    await run(
      new SignsOfLife(scratch),
      () => keep(() => appendFile(join(scratch, 'output'), 'x')),
      PATIENT_MS,
    );
  });

  test('that reports progress', async () => {
    const signs = new SignsOfLife(await makeScratch());
    await run(signs, () => keep(() => signs.report()), PATIENT_MS);
  });
});

test('a stage does not hang while it waits for a picture process, but when that process does nothing', async () => {
  const signs = new SignsOfLife(directory);
  let isRunning = false;
  const pictures: Pictures = {
    run: async (_task, _request, { onProcess, signal }) => {
      await sleep(2 * LIMIT_MS, undefined, { signal });
      isRunning = true;
      onProcess?.(start('sleep', '600').pid);
      return (await never(signal)) as never;
    },
  };
  const running = run(signs, (signal) => {
    const options = { files: [], signal, report: () => undefined, note: () => undefined };
    return signs.inPictures(pictures).run({ module: '' } as never, null, options, async () => null);
  });
  await expect(running).rejects.toMatchObject(hung);
  expect(isRunning).toBe(true);
});

test('a cancelled stage ends with the reason', async () => {
  const cancel = new AbortController();
  const running = withStallLimit(cancel.signal, LIMIT_MS, new SignsOfLife(directory), never);
  cancel.abort(new Error('cancelled'));
  await expect(running).rejects.toThrow();
});
