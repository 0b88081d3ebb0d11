/** Picture processes that break the protocol: they fail their own task, and the worker and the next task do not notice. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { taskMessage } from '../../../operations/lib/picture-process/messages.ts';
import type { PicturePool, PoolOptions } from '../../../operations/lib/picture-process/picture-pool.ts';
import { pictureTask } from '../../../operations/lib/picture-process/task.ts';
import { detectSandbox, type Sandbox } from '../../../operations/lib/sandbox/sandbox.ts';
import { startPictures } from '../../support/picture-processes.ts';

/** Runs the text of a program in a picture process, whose channel is file descriptor 3. */
const run = (pool: PicturePool, text: string, signal = new AbortController().signal): Promise<unknown> => {
  const source = `import { writeSync } from 'node:fs';
    const write = (text, to = 3) => {
      for (let rest = Buffer.from(text); rest.length > 0; ) try { rest = rest.subarray(writeSync(to, rest)); } catch {}
    };
    export const task = { run: async (request, { report, note }) => { ${text} } };`;
  const task = pictureTask<unknown, unknown>(
    `data:text/javascript,${encodeURIComponent(source)}`,
    async () => undefined,
  );
  const options = { files: [], signal, report: () => undefined, note: () => undefined };
  return pool.forTenant('ada').run(task, null, options, async (facts) => facts);
};

test.each([
  { ready: false },
  { progress: null },
  { progress: 1.1 },
  { progress: 0.5, detail: 'x'.repeat(1001) },
  { note: ['x'] },
  { note: ['x', 'y', -1] },
  { pixels: -1 },
  { facts: 1, error: null },
  { error: { code: 'root', message: '', details: null, isOutOfMemory: false } },
  { cmd: 'NODE_HANDLE', type: 'net.Socket' },
  {},
  [],
])('%j is no message', (message) => {
  expect(taskMessage.safeParse(message).success).toBe(false);
});

describe('a process that', () => {
  let pool: PicturePool;
  beforeAll(async () => {
    pool = await startPictures({ size: 1 });
  });
  afterAll(() => pool.close());

  test.each([
    ['sends what is not JSON', `write('{"facts":\\n'); await new Promise(() => {})`, /what is not JSON/],
    [
      'sends a value that is no message',
      `write('null\\n'); await new Promise(() => {})`,
      /an invalid message/,
    ],
    [
      'floods the worker with messages',
      `for (;;) write('{"progress":0.5}\\n'.repeat(1000))`,
      /more than 20000 lines in a minute/,
    ],
    ['sends a message without end', `for (;;) write('x'.repeat(1e6))`, /a line of more than 33554432 bytes/],
    [
      'floods standard error',
      `for (;;) write('x'.repeat(1e6), 2)`,
      /wrote more than 67108864 characters to standard error/,
    ],
  ])('%s fails its task alone', async (_, text, expected) => {
    await expect(run(pool, text)).rejects.toMatchObject({
      code: 'asset_crashes_decoder',
      message: expect.stringMatching(expected),
    });
    expect(await run(pool, 'return 7')).toBe(7);
  });

  test('sends a large result succeeds', async () => {
    expect(await run(pool, 'return "x".repeat(2e7)')).toHaveLength(2e7);
  });
});

describe('a process that does not start', () => {
  /** Runs other programs instead. */
  const instead = async (...program: string[]): Promise<Sandbox> => ({
    ...(await detectSandbox('auto')),
    wrap: () => program,
  });
  const withPool = async (options: Partial<PoolOptions>, work: (pool: PicturePool) => Promise<void>) => {
    const pool = await startPictures({ size: 1, ...options });
    try {
      await work(pool);
    } finally {
      await pool.close();
    }
  };

  test('is killed after the time that a start may take', async () => {
    await withPool({ sandbox: await instead('sleep', '600'), startMs: 300 }, async (pool) => {
      await expect(run(pool, 'return 1')).rejects.toMatchObject({
        code: 'operation_failed_for_now',
        message: 'A process for pictures could not be started (did not start within 0.3 s)',
      });
    });
  });

  test('ends when its task is cancelled', async () => {
    await withPool({ sandbox: await instead('sleep', '600') }, async (pool) => {
      const cancel = new AbortController();
      const running = run(pool, 'return 1', cancel.signal);
      cancel.abort(new Error('cancelled'));
      await expect(running).rejects.toThrow('cancelled');
    });
  });

  test('says that it cannot be started', async () => {
    await withPool({ sandbox: await instead('/nowhere/program') }, async (pool) => {
      await expect(run(pool, 'return 1')).rejects.toMatchObject({
        message: 'A process for pictures could not be started (no start)',
      });
    });
  });
});
