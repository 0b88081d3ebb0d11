/** `darkroom engines install` on a machine that lacks what engines need. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { knownEngines } from '../../../src/engines/engine.ts';
import { cli } from '../../support/cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-engines-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A directory for PATH with these programs alone. */
async function makePath(name: string, programs: Readonly<Record<string, string>>): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await symlink(process.execPath, join(path, 'node'));
  for (const [program, script] of Object.entries(programs))
    await writeFile(join(path, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

const names = knownEngines().map(({ name }) => name);

test.each([
  ['without Python', {}, 'Python 3.11 or later with pip'],
  ['with an old Python', { python3: 'echo 3.9' }, 'Python 3.11 or later with pip (here is 3.9)'],
  [
    'without pip',
    { python3: 'case "$*" in *pip*) exit 1;; esac; echo 3.13' },
    'Python 3.11 or later with pip',
  ],
])('%s, one line names all missing packages', async (name, programs, python) => {
  const env = { PATH: await makePath(name, programs), DARKROOM_CACHE: join(folder, 'cache') };
  const { code, stdout, stderr } = await cli(['engines', 'install', 'all'], { env });
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toBe(
    `darkroom: ${names.join(', ')} need bwrap, ${python}. On Debian: apt-get install bubblewrap python3 python3-pip\n`,
  );
});

test.runIf(process.platform === 'linux')(
  'an unusable cache directory is named with its setting',
  async () => {
    const programs = { python3: 'echo 3.13', bwrap: '' };
    const PATH = await makePath('complete', programs);
    await writeFile(join(folder, 'file'), '');
    for (const directory of ['/proc/darkroom-test', join(folder, 'file', 'cache')]) {
      const { code, stderr } = await cli(['engines', 'install', 'all'], {
        env: { PATH, DARKROOM_CACHE: directory },
      });
      const lines = stderr.trimEnd().split('\n');
      expect([code, lines.length]).toEqual([1, names.length]);
      for (const line of lines)
        expect(line).toMatch(
          /: The directory .* cannot be used: .*, or set DARKROOM_CACHE to another directory$/,
        );
    }
  },
);
