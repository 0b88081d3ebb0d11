/** Picture processes: what they can reach, how they are limited, and when they are replaced. */
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { PicturePool, PoolOptions } from '../../../operations/lib/picture-process/picture-pool.ts';
import { pictureTask } from '../../../operations/lib/picture-process/task.ts';
import { detectSandbox, type SandboxMode } from '../../../operations/lib/sandbox/sandbox.ts';
import { startPictures } from '../../support/picture-processes.ts';
import { isAlive, processes } from '../../support/processes.ts';

const MIB = 2 ** 20;
const bubblewrap = (await detectSandbox('auto')).kind === 'bubblewrap';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-sandbox-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A task from the text of a function, since its process reads compiled code alone. */
const taskOf = (run: string) =>
  pictureTask<unknown, unknown>(
    `data:text/javascript,${encodeURIComponent(`export const task = { run: ${run} };`)}`,
    async () => {
      throw new Error('This task runs in picture processes alone');
    },
  );

const pid = 'async () => (await import("node:fs")).readlinkSync("/proc/self")';

interface Run {
  readonly tenant?: string;
  readonly request?: unknown;
  readonly files?: readonly string[];
  readonly signal?: AbortSignal;
}

const run = (
  pool: PicturePool,
  text: string,
  { tenant = 'ada', request = null, files = [], signal = new AbortController().signal }: Run = {},
): Promise<unknown> =>
  pool
    .forTenant(tenant)
    .run(
      taskOf(text),
      request,
      { files, signal, report: () => undefined, note: () => undefined },
      async (facts) => facts,
    );

/** Runs `work` with a pool of its own, and expects that no process is left. */
async function withPool<T>(
  options: Partial<PoolOptions>,
  work: (pool: PicturePool) => Promise<T>,
): Promise<T> {
  const pool = await startPictures({ size: 1, ...options });
  try {
    return await work(pool);
  } finally {
    await pool.close();
  }
}

/** Process ids of Node in the pools of this process. */
const pidsOfPool = async (): Promise<number[]> =>
  (await processes())
    .filter(({ command }) => /^\S*node \S*picture-process\/child\.js$/.test(command))
    .map(({ pid }) => pid);

const modes: SandboxMode[] = bubblewrap ? ['auto', 'off'] : ['off'];

describe.each(modes)('with the sandbox %s', (mode) => {
  test('the environment of the worker is not passed on', async () => {
    process.env['DARKROOM_TEST_SECRET'] = 'secret';
    try {
      await withPool({ sandbox: await detectSandbox(mode) }, async (pool) => {
        const variables = await run(pool, 'async () => Object.keys(process.env)');
        // The process sets the first, bubblewrap the second, libvips the third.
        const own = [
          'TMPDIR',
          'PWD',
          'VIPSHOME',
          ...(process.env['FONTCONFIG_FILE'] ? ['FONTCONFIG_FILE'] : []),
        ];
        expect((variables as string[]).filter((name) => !own.includes(name))).toEqual([]);
      });
    } finally {
      delete process.env['DARKROOM_TEST_SECRET'];
    }
  });

  test('a task reads its files, and the folder is cleared for the next', async () => {
    const path = join(folder, 'input');
    await writeFile(path, 'content');
    await withPool({ sandbox: await detectSandbox(mode) }, async (pool) => {
      const text = `async (_, { files: [file], folder }) => {
        const fs = await import('node:fs/promises');
        const before = await fs.readdir(folder);
        await fs.writeFile(folder + '/result', await fs.readFile(file));
        return { before, folder };
      }`;
      for (let time = 0; time < 2; time++) {
        const options = { files: [path], signal: new AbortController().signal };
        const kept = await pool
          .forTenant('ada')
          .run(
            taskOf(text),
            null,
            { ...options, report: () => undefined, note: () => undefined },
            async (facts, results) => ({ facts, result: await readFile(join(results, 'result'), 'utf8') }),
          );
        expect(kept).toMatchObject({ facts: { before: [] }, result: 'content' });
      }
    });
    expect(await readFile(path, 'utf8')).toBe('content');
  });

  test('a task that exceeds the memory limit fails, and the next one succeeds', async () => {
    const limits = { memory: () => 400 * MIB, seconds: () => 600 };
    await withPool({ sandbox: await detectSandbox(mode), limits }, async (pool) => {
      const hog = `async () => {
        const held = [];
        for (;;) {
          held.push(Buffer.alloc(${8 * MIB}, 1));
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }`;
      await expect(run(pool, hog)).rejects.toMatchObject({
        code: 'asset_too_demanding',
        predicate: 'needed more than 400 MiB of memory to read its header',
      });
      expect(await run(pool, 'async () => 1')).toBe(1);
    });
  });

  test('an abort kills the process, and its reason is thrown', async () => {
    await withPool({ sandbox: await detectSandbox(mode) }, async (pool) => {
      const cancel = new AbortController();
      const before = await pidsOfPool();
      const running = run(pool, 'async () => { for (;;); }', { signal: cancel.signal });
      running.catch(() => undefined);
      const busy = await vi.waitUntil(
        async () => (await pidsOfPool()).find((found) => !before.includes(found)),
        { timeout: 120_000 },
      );
      cancel.abort(new Error('cancelled'));
      await expect(running).rejects.toThrow('cancelled');
      expect(await run(pool, 'async () => 1')).toBe(1);
      await pool.close();
      expect(await isAlive(busy)).toBe(false);
    });
  });
});

test('a task that exceeds the time limit fails', async () => {
  const limits = { memory: () => 1024 * MIB, seconds: () => 1 };
  await withPool({ limits }, async (pool) => {
    await expect(run(pool, 'async () => { for (;;); }')).rejects.toMatchObject({
      code: 'asset_too_demanding',
      predicate: 'took longer than 1 s to read its header',
    });
  });
});

test('a task runs again when its process is killed, and fails when that happens twice', async () => {
  const mark = join(folder, 'killed');
  await withPool({ sandbox: await detectSandbox('off') }, async (pool) => {
    const once = `async (mark) => {
      const fs = await import('node:fs');
      if (fs.existsSync(mark)) return 'second';
      fs.writeFileSync(mark, '');
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => setTimeout(() => {}, 1e6));
    }`;
    expect(await run(pool, once, { request: mark })).toBe('second');
    for (const signal of ['SIGKILL', 'SIGSEGV'])
      await expect(
        run(
          pool,
          `async () => { process.kill(process.pid, '${signal}'); await new Promise(() => setTimeout(() => {}, 1e6)); }`,
        ),
      ).rejects.toMatchObject({
        code: 'asset_crashes_decoder',
        predicate: expect.stringMatching(signal === 'SIGKILL' ? /lack of memory/ : /crash \(SIGSEGV\)/),
      });
    await expect(run(pool, 'async () => process.exit(3)')).rejects.toMatchObject({
      predicate: 'makes the decoder crash (exit code 3)',
    });
  });
});

test('tenants share no process, and a process ends after a number of tasks', async () => {
  await withPool({ sandbox: await detectSandbox('off'), maxUses: 3 }, async (pool) => {
    const pids: unknown[] = [];
    for (const tenant of ['ada', 'ada', 'bob', 'ada', 'ada', 'ada', 'ada'])
      pids.push(await run(pool, pid, { tenant }));
    const [a1, a2, b, a3, a4, a5, a6] = pids;
    expect(a2).toBe(a1);
    expect(new Set([a1, b, a3]).size).toBe(3);
    expect([a4, a5]).toEqual([a3, a3]);
    expect(a6).not.toBe(a5);
  });
});

test('results that are no regular files are rejected', async () => {
  await withPool({}, async (pool) => {
    const text = `async (target, { folder }) => (await import('node:fs')).symlinkSync(target, folder + '/result')`;
    await expect(run(pool, text, { request: '/etc/passwd' })).rejects.toThrow('no regular file');
  });
});

test('a file that is reached by a symbolic link is read', async () => {
  await writeFile(join(folder, 'real'), 'linked');
  await symlink(join(folder, 'real'), join(folder, 'alias'));
  await withPool({}, async (pool) => {
    const text = `async (_, { files: [file] }) => (await import('node:fs')).readFileSync(file, 'utf8')`;
    expect(await run(pool, text, { files: [join(folder, 'alias')] })).toBe('linked');
  });
});

describe.skipIf(!bubblewrap)('behind bubblewrap', () => {
  test('a task reaches no network', async () => {
    let calls = 0;
    const server = createServer((socket) => {
      calls++;
      socket.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const text = `async (port) => {
      const { connect } = await import('node:net');
      return new Promise((resolve) => {
        connect(port, '127.0.0.1').on('connect', () => resolve('connected')).on('error', ({ code }) => resolve(code));
      });
    }`;
    await withPool({}, async (pool) => expect(await run(pool, text, { request: port })).toBe('ECONNREFUSED'));
    server.close();
    expect(calls).toBe(0);
  });

  test('a task sees the files of its job alone, and writes to its folder alone', async () => {
    const secret = join(folder, 'secret');
    const input = join(folder, 'picture');
    await writeFile(secret, 'secret');
    await writeFile(input, 'picture');
    const text = `async ([...paths], { files: [file], folder }) => {
      const fs = await import('node:fs');
      const attempt = (work) => { try { work(); return 'done'; } catch ({ code }) { return code; } };
      return [
        ...paths.map((path) => attempt(() => fs.readFileSync(path))),
        attempt(() => fs.writeFileSync(file, 'changed')),
        attempt(() => fs.writeFileSync(folder + '/result', '')),
        attempt(() => fs.writeFileSync(folder + '/../other', '')),
      ];
    }`;
    await withPool({ directory: join(folder, 'pool') }, async (pool) => {
      const request = [secret, '/etc/shadow', '/proc/1/environ', `${process.cwd()}/package-lock.json`];
      const answers = (await run(pool, text, { request, files: [input] })) as string[];
      expect(answers.slice(0, 4)).toEqual(['ENOENT', 'ENOENT', 'ENOENT', 'ENOENT']);
      expect(answers[4]).toBe('EROFS');
      expect(answers[5]).toBe('done');
      expect(await readdir(join(folder, 'pool', '0'))).toEqual(['in', 'out']);
    });
    expect(await readFile(input, 'utf8')).toBe('picture');
  });
});
