/** Decisions of the engine `reconstruct` that need none of its packages: unit tests in Python. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = new URL('./reconstruct/', import.meta.url).pathname;
const engine = new URL('../../../engines/reconstruct/', import.meta.url).pathname;

test.each(readdirSync(folder).filter((name) => name.startsWith('test_')))('%s passes', (name) => {
  const env = { ...process.env, PYTHONPATH: engine, PYTHONWARNINGS: 'error' };
  const { status, stderr } = spawnSync('python3', ['-B', join(folder, name)], { env, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(/Ran [1-9]\d* test/);
});
