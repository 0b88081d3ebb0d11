/** Operations that kill or block the process they run in, one that hangs, and harmless ones. Plain JavaScript, for a worker of the built tree. */
import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const operation = (name, run) => ({
  name,
  title: name,
  description: 'Does what a test wants.',
  params: z.looseObject({}),
  inputs: { min: 0, max: 0, media: [] },
  result: 'json',
  engine: {},
  stages: [{ name: 'only', title: 'Only', capability: 'io', run }],
});

export const operations = [
  operation('crash.kill', async () => {
    process.kill(process.pid, 'SIGKILL');
    await sleep(60_000);
  }),
  operation('crash.memory', async () => {
    const held = [];
    for (;;) {
      held.push(new Array(1e6).fill(held.length));
      await sleep(0);
    }
  }),
  operation('crash.block', async () => {
    // Computes now and then, so that it is not taken for one that hangs.
    const idle = new Int32Array(new SharedArrayBuffer(4));
    for (;;) {
      Atomics.wait(idle, 0, 0, 50);
      for (const start = performance.now(); performance.now() - start < 2; );
    }
  }),
  operation('crash.hang', async ({ signal }) => {
    await sleep(2 ** 30, undefined, { signal });
  }),
  operation('crash.innocent', async ({ params, outputs, progress, signal }) => {
    for (let step = 1; step <= 5; step++) {
      await sleep(200, undefined, { signal });
      progress(step / 5);
    }
    await outputs.json(params);
  }),
  // Waits for the file `gate`. Appends a line to the file `starts` in each attempt.
  operation('crash.held', async ({ params, outputs, signal }) => {
    await appendFile(params.starts, `${process.pid}\n`);
    while (!existsSync(params.gate)) await sleep(100, undefined, { signal });
    await outputs.json({});
  }),
];
