/** Installs the client generators of `npm run test:clients` in the cache directory. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const cache =
  process.env.DARKROOM_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'darkroom');
const generators = join(cache, 'client-generators');

const run = (program, args, options = {}) =>
  execFileSync(program, args, { stdio: ['ignore', 2, 2], ...options });

mkdirSync(generators, { recursive: true });
if (!existsSync(join(generators, 'node_modules/.bin/openapi-typescript')))
  run('npm', [
    'install',
    '--prefix',
    generators,
    'openapi-typescript@7.13.0',
    'openapi-fetch@0.14.0',
    'typescript@5',
  ]);
if (!existsSync(join(generators, 'python/bin/openapi-python-client'))) {
  run('python3', ['-m', 'venv', join(generators, 'python')]);
  run(join(generators, 'python/bin/pip'), ['install', '--quiet', 'openapi-python-client==0.29.0']);
}
if (!existsSync(join(generators, 'bin/oapi-codegen')))
  run('go', ['install', 'github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2'], {
    env: { ...process.env, GOBIN: join(generators, 'bin') },
  });
const module = join(generators, 'go');
if (!existsSync(join(module, 'go.sum'))) {
  mkdirSync(module, { recursive: true });
  run('go', ['mod', 'init', 'program'], { cwd: module });
  run('go', ['get', 'github.com/oapi-codegen/runtime@v1.9.0'], { cwd: module });
}
