/** Installs the client generators of `npm run test:clients` in the cache directory, with pinned versions. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory } from './cache.mjs';
import { installArguments } from './requirements.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const generators = join(cacheDirectory, 'client-generators');

const run = (program, args, options = {}) =>
  execFileSync(program, args, { stdio: ['ignore', 2, 2], ...options });

mkdirSync(generators, { recursive: true });
if (!existsSync(join(generators, 'node_modules/.bin/openapi-typescript'))) {
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(join(root, 'scripts/client-generators', name), join(generators, name));
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: generators });
}
if (!existsSync(join(generators, 'python/bin/openapi-python-client'))) {
  run('python3', ['-m', 'venv', join(generators, 'python')]);
  run(join(generators, 'python/bin/python3'), installArguments('openapi-python-client'));
}
if (!existsSync(join(generators, 'python-client/bin/pytest'))) {
  run('python3', ['-m', 'venv', join(generators, 'python-client')]);
  run(join(generators, 'python-client/bin/python3'), installArguments('python-client'));
}
if (!existsSync(join(generators, 'bin/oapi-codegen'))) {
  const output = ['-o', join(generators, 'bin/oapi-codegen')];
  const program = 'github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen';
  run('go', ['build', '-mod=readonly', ...output, program], { cwd: join(root, 'go/oapi-codegen') });
}
const module = join(generators, 'go');
if (!existsSync(join(module, 'go.sum'))) {
  cpSync(join(root, 'go/generated-client'), module, { recursive: true });
  run('go', ['mod', 'download'], { cwd: module });
}
run('go', ['mod', 'download'], { cwd: join(root, 'clients/go') });
