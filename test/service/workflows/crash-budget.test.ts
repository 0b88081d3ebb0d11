/** Steps that kill their worker fail after three attempts. The steps beside them complete. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { supervise } from '../../../src/lib/supervise.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { labOperation } from '../../support/lab-operation.ts';
import { defaultSettings } from '../../support/server.ts';

const worker = fileURLToPath(new URL('../../support/crash/worker.mjs', import.meta.url));
const unused = () => Promise.reject(new Error('The worker has this operation'));
const names = ['crash.kill', 'crash.memory', 'crash.innocent'];

let lab: Lab;
const stop = new AbortController();
let supervised: Promise<void>;
const endings: (string | number | null)[] = [];

beforeAll(async () => {
  lab = await startLab({
    runsWorkers: false,
    operations: names.map((name) => labOperation(name, unused, { capability: 'io' })),
  });
  const env = {
    ...defaultSettings(lab.config.DARKROOM_DATA, '0'),
    DARKROOM_IO_SLOTS: '20',
    TEMPORAL_ADDRESS: lab.temporal.address,
    TEMPORAL_NAMESPACE: lab.temporal.namespace,
    NODE_OPTIONS: '--max-old-space-size=150',
  };
  const run = async () => {
    const child = spawn(process.execPath, [worker], { env, stdio: 'ignore' });
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
});

test('two guilty steps among twelve innocent ones', async () => {
  const innocent = () =>
    Promise.all(
      Array.from({ length: 6 }, (_, word) => lab.submit({ operation: 'crash.innocent', params: { word } })),
    );
  const before = await innocent();
  const guilty = [
    await lab.submit({ operation: 'crash.kill' }),
    await lab.submit({ operation: 'crash.memory' }),
  ];
  const after = await innocent();
  for (const job of guilty) {
    const { error } = await lab.until(job, 'failed', 'completed');
    expect(error).toMatchObject({
      code: 'worker_lost',
      retryable: false,
      message: expect.stringMatching(
        /^The worker died in each of \d attempts at stage "only"\..* its process was ended by SIG(KILL|ABRT)/,
      ) as string,
      details: { step: 'stage "only"' },
    });
  }
  for (const job of [...before, ...after])
    expect(await lab.until(job, 'failed', 'completed')).toMatchObject({ state: 'completed', error: null });
  // Each death is blamed on at least one of the two, each at most twice.
  expect(endings.length).toBeGreaterThanOrEqual(2);
  expect(endings.length).toBeLessThanOrEqual(4);
  expect(endings.filter((ending) => ending !== 'SIGKILL' && ending !== 'SIGABRT')).toEqual([]);
});
