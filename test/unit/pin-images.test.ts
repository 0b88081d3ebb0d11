/** Images and actions of a release. Real git; docker is a script that prints a digest, since no registry can be reached here. */
import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/pin-images.mjs', import.meta.url));
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const dockerfile = 'ARG NODE_IMAGE=node:24.18.0-bookworm-slim\n\nFROM $NODE_IMAGE AS build\n';
const compose = 'services:\n  own:\n    image: darkroom:local\n  db:\n    image: postgres:16.13-bookworm\n';
const workflow = 'steps:\n  - uses: actions/checkout@v4\n  - uses: ./local\n  - run: true\n';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'darkroom-pin-'));
  await mkdir(join(dir, '.github/workflows'), { recursive: true });
  await writeFile(join(dir, 'Dockerfile'), dockerfile);
  await writeFile(join(dir, 'docker-compose.yml'), compose);
  await writeFile(join(dir, '.github/workflows/ci.yml'), workflow);
});
afterEach(() => rm(dir, { recursive: true }));

const run = (command: string, env: NodeJS.ProcessEnv = {}) =>
  new Promise<{ code: number; said: string }>((resolve) =>
    execFile(
      process.execPath,
      [script, command],
      { cwd: dir, env: { ...process.env, ...env } },
      (error, out, err) => resolve({ code: error ? Number(error.code) : 0, said: out + err }),
    ),
  );
const read = (name: string) => readFile(join(dir, name), 'utf8');

/** A repository with an annotated tag, in place of GitHub's. Returns its commit. */
function makeAction(): { commit: string; env: NodeJS.ProcessEnv } {
  const repository = join(dir, 'remote/actions/checkout');
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { encoding: 'utf8' }).trim();
  git('init', '--quiet', repository);
  git('-C', repository, 'commit', '--quiet', '--allow-empty', '--message', 'one');
  git('-C', repository, 'tag', '--annotate', '--message', 'four', 'v4');
  const env = {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `url.${join(dir, 'remote')}/.insteadOf`,
    GIT_CONFIG_VALUE_0: 'https://github.com/',
  };
  return { commit: git('-C', repository, 'rev-parse', 'HEAD'), env };
}

async function makeDocker(printed: string): Promise<string> {
  const bin = join(dir, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'docker'), `#!/bin/sh\necho '${printed}'\n`);
  await chmod(join(bin, 'docker'), 0o755);
  return `${bin}:${process.env['PATH']}`;
}

test('check names each line that is not pinned', async () => {
  expect(await run('check')).toEqual({
    code: 1,
    said: [
      'Dockerfile:1: node:24.18.0-bookworm-slim is not pinned',
      'docker-compose.yml:5: postgres:16.13-bookworm is not pinned',
      '.github/workflows/ci.yml:2: actions/checkout@v4 is not pinned\n',
    ].join('\n'),
  });
  expect(await read('Dockerfile')).toBe(dockerfile);
});

test('pin writes digests and commits, and check then accepts them', async () => {
  const { commit, env } = makeAction();
  expect(await run('pin', { ...env, PATH: await makeDocker(DIGEST) })).toEqual({ code: 0, said: '' });
  expect(await read('Dockerfile')).toBe(dockerfile.replace('slim', `slim@${DIGEST}`));
  expect(await read('docker-compose.yml')).toBe(
    compose.replace('16.13-bookworm', `16.13-bookworm@${DIGEST}`),
  );
  expect(await read('.github/workflows/ci.yml')).toBe(
    workflow.replace('checkout@v4', `checkout@${commit} # v4`),
  );
  expect(await run('check')).toEqual({ code: 0, said: '' });
});

test('pin leaves what it cannot resolve, and fails', async () => {
  const { env } = makeAction();
  await writeFile(join(dir, '.github/workflows/ci.yml'), workflow.replace('v4', 'v9'));
  const { code, said } = await run('pin', { ...env, PATH: await makeDocker('no digest') });
  expect(code).toBe(1);
  expect(said).toContain(
    'docker-compose.yml:5: postgres:16.13-bookworm is not pinned: docker returned no digest',
  );
  expect(said).toContain('actions/checkout has no tag or branch "v9"');
  expect(await read('docker-compose.yml')).toBe(compose);
});
