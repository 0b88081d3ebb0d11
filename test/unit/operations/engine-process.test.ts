/** Engines that break the protocol, as Python runs them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runEngine, wasKilled } from '../../../operations/lib/engine-process.ts';
import { toError } from '../../../operations/lib/guestprobe/errors.ts';
import { withTimeout } from '../../../src/lib/with-timeout.ts';

let packages = '';
beforeAll(async () => {
  packages = await mkdtemp(join(tmpdir(), 'darkroom-engine-'));
});
afterAll(() => rm(packages, { recursive: true, force: true }));

const disk = { index: 0, name: 'disk.img', path: '', size: 0, attributes: {} };

/** Runs a Python program as an engine of the name `engine`. */
async function run(engine: string, program: string, signal = new AbortController().signal) {
  await mkdir(join(packages, engine));
  await writeFile(join(packages, engine, '__main__.py'), `import sys, time\n${program}\n`);
  const nothing = () => undefined;
  return runEngine({
    ...{ engine, packages, args: [], memory: null, signal },
    ...{ onProgress: nothing, onProcess: nothing, onLine: nothing },
  });
}

test.each([
  ['text', 'print("hello", flush=True); time.sleep(600)', 'engine_failed', /invalid answer/],
  ['message', 'print(\'{"progress": 2}\', flush=True); time.sleep(600)', 'engine_failed', /invalid answer/],
  ['endless', 'while True: sys.stdout.write("x" * 10**6)', 'engine_limit', /a line of more than \d+ bytes/],
  [
    'flood',
    'while True: print(\'{"progress": 0.5, "stage": "x"}\')',
    'engine_limit',
    /more than 20000 lines in a minute/,
  ],
])('output of the kind %s ends the engine, and fails its step', async (name, program, code, expected) => {
  await expect(run(name, program)).rejects.toMatchObject({ code, message: expect.stringMatching(expected) });
});

test('an engine that never writes ends with the time limit of its stage', async () => {
  const running = withTimeout(500, undefined, (signal) => run('silent', 'time.sleep(600)', signal));
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
});

test.each([
  ['directly', 'import os; os.kill(os.getpid(), 9)', 'SIGKILL'],
  ['in its sandbox, as bubblewrap reports it', 'sys.exit(128 + 9)', 'SIGKILL'],
  ['by an operator', 'import os; os.kill(os.getpid(), 15)', 'SIGTERM'],
])('an engine that is killed %s is run again, but not for ever', async (how, program, signal) => {
  const ending = await run(`killed-${how.length}`, program);
  expect(ending).toMatchObject({ exit: signal, overMemory: false });
  expect(wasKilled(ending)).toBe(true);
  expect(toError(disk, ending, false)).toMatchObject({ code: 'operation_failed_for_now', retryable: true });
  expect(toError(disk, ending, true)).toMatchObject({ retryable: false });
});

test('an inspection that is killed each time, or reaches its time limit, fails by the limit', async () => {
  const killed = await run('always', 'sys.exit(128 + 9)');
  expect(toError(disk, killed, true)).toMatchObject({ code: 'engine_limit' });
  const slow = await run('slow', 'import os, signal; os.kill(os.getpid(), signal.SIGXCPU)');
  expect(toError(disk, slow, false)).toMatchObject({ code: 'engine_limit' });
  expect(wasKilled({ ...killed, overMemory: true })).toBe(false);
});
