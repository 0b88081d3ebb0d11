import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { run } from '../support/cli.ts';

const script = fileURLToPath(new URL('../../scripts/check-release.mjs', import.meta.url));

let root: string;
const write = (name: string, text: string) => writeFile(join(root, name), text);
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-release-'));
  await mkdir(join(root, 'clients/python'), { recursive: true });
});
beforeEach(async () => {
  await write('package.json', '{"version":"1.2.0"}');
  await write('clients/python/pyproject.toml', '[project]\nname = "x"\nversion = "1.2.0"\n');
  await write(
    'CHANGELOG.md',
    '# Changelog\n\n## 1.2.0 - 2026-12-01\n\n### Added\n\n- This.\n\n## 1.1.0\n\n- That.\n',
  );
});
afterAll(() => rm(root, { recursive: true, force: true }));

const check = (...args: string[]) => run(process.execPath, [script, ...args], { cwd: root });

test('a release prints its section of the changelog', async () => {
  expect(await check('v1.2.0', '--notes')).toEqual({ code: 0, stdout: '### Added\n\n- This.\n', stderr: '' });
  expect(await check('v1.2.0')).toEqual({ code: 0, stdout: '', stderr: '' });
});

test.each([
  ['v1.2', 'package.json', '{"version":"1.2.0"}', '"v1.2" is no tag of a release, such as v1.2.0'],
  ['v1.2.0', 'package.json', '{"version":"1.1.0"}', 'package.json has version 1.1.0, not 1.2.0'],
  [
    'v1.2.0',
    'clients/python/pyproject.toml',
    'version = "1.1.0"',
    'clients/python/pyproject.toml has version 1.1.0, not 1.2.0',
  ],
  ['v1.2.0', 'CHANGELOG.md', '## Unreleased\n', 'CHANGELOG.md has no section "## 1.2.0"'],
])('%s is refused if %s does not fit', async (tag, name, text, message) => {
  await write(name, text);
  expect(await check(tag)).toEqual({ code: 1, stdout: '', stderr: `check-release: ${message}\n` });
});
