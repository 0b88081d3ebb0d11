import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lockDataDir } from '../../../src/data-directory/lock.ts';

/** As it was built, for processes that have no loader for TypeScript. */
const built = fileURLToPath(new URL('../../../dist/src/data-directory/lock.js', import.meta.url));
let root: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'darkroom-lock-test-')));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(root, { recursive: true, force: true });
});

/** A process that says "waiting", and after a line on its input tries to lock `dir`, says how that went, and stays. */
async function contender(dir: string): Promise<{ child: ChildProcess; go: () => Promise<string> }> {
  const code = `
    const { lockDataDir } = await import(${JSON.stringify(built)});
    process.stdin.once('data', () => {
      lockDataDir(${JSON.stringify(dir)}).then(() => console.log('held'), (error) => console.log(error.message));
    });
    console.log('waiting');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return {
    child,
    go: async () => {
      const said = once(child.stdout, 'data');
      child.stdin.write('go\n');
      return String((await said)[0]).trim();
    },
  };
}

test('a second lock fails with the directory and the holder, and succeeds after the release', async () => {
  const dir = join(root, 'data');
  const lock = await lockDataDir(dir);
  await expect(lockDataDir(dir)).rejects.toThrow(
    `The data directory ${dir} is in use by another darkroom server (process ${process.pid})`,
  );
  await lock.release();
  await lock.release();
  await (await lockDataDir(dir)).release();
});

test('another path to the same directory has the same lock', async () => {
  await mkdir(join(root, 'data'));
  await symlink(join(root, 'data'), join(root, 'alias'));
  const lock = await lockDataDir(join(root, 'data'));
  await expect(lockDataDir(join(root, 'alias'))).rejects.toThrow('is in use');
  await lock.release();
});

test('the lock is free after its holder was killed with SIGKILL', async () => {
  const dir = join(root, 'data');
  const { child, go } = await contender(dir);
  expect(await go()).toBe('held');
  await expect(lockDataDir(dir)).rejects.toThrow(`(process ${child.pid})`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await (await lockDataDir(dir)).release();
});

test.each(['over a dead lock', 'over nothing'])(
  'exactly one of five processes that race %s gets the lock',
  async (what) => {
    const dir = join(root, 'data');
    if (what === 'over a dead lock') {
      const { child, go } = await contender(dir);
      expect(await go()).toBe('held');
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const five = await Promise.all(Array.from({ length: 5 }, () => contender(dir)));
    const said = await Promise.all(five.map(({ go }) => go()));
    const winner = five[said.indexOf('held')];
    expect(said.filter((line) => line === 'held')).toHaveLength(1);
    for (const line of said.filter((line) => line !== 'held'))
      expect(line).toContain(`(process ${winner?.child.pid})`);
  },
);

test('concurrent lock and release never overlaps', async () => {
  const dir = join(root, 'data');
  let holders = 0;
  let most = 0;
  let times = 0;
  const contend = async (): Promise<void> => {
    for (let round = 0; round < 20; round++) {
      const lock = await lockDataDir(dir).catch(() => null);
      if (!lock) continue;
      holders += 1;
      times += 1;
      most = Math.max(most, holders);
      await new Promise((resolve) => setTimeout(resolve, 1));
      holders -= 1;
      await lock.release();
    }
  };
  await Promise.all(Array.from({ length: 8 }, contend));
  expect(most).toBe(1);
  expect(times).toBeGreaterThan(1);
});

test('a path that is too long for a socket can be locked', async () => {
  // Where the socket goes instead.
  vi.stubEnv('TMPDIR', root);
  const dir = join(root, 'a'.repeat(100), 'data');
  const lock = await lockDataDir(dir);
  await expect(lockDataDir(dir)).rejects.toThrow('is in use');
  await lock.release();
  await (await lockDataDir(dir)).release();
});
