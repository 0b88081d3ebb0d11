/**
 * Sends generated requests to a server, and checks the responses against its OpenAPI documents, with schemathesis.
 *
 *   npm run test:schemas                          20 requests or more for each operation; takes minutes
 *   npm run test:schemas -- --max-examples 500    any option of `st run`
 *
 * Starts a server with an embedded Temporal server and data of its own. The first time it installs schemathesis.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installArguments, versionOf } from './requirements.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const cache =
  process.env.DARKROOM_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'darkroom');
const environment = join(cache, 'test-servers', versionOf('schemathesis'));
const program = join(environment, 'bin/st');

if (!existsSync(program)) {
  mkdirSync(join(cache, 'test-servers'), { recursive: true });
  run('python3', ['-m', 'venv', environment]);
  run(join(environment, 'bin/python3'), installArguments('schemathesis'));
}

const data = mkdtempSync(join(tmpdir(), 'darkroom-schemas-'));
const port = await findPort();
const url = `http://127.0.0.1:${port}`;
const server = spawn(process.execPath, [join(root, 'dist/src/main.js'), 'serve'], {
  env: {
    ...process.env,
    DARKROOM_DATA: join(data, 'data'),
    DARKROOM_LISTEN: `127.0.0.1:${port}`,
    DARKROOM_LOG_LEVEL: 'error',
    // Generated addresses must not be called.
    DARKROOM_DENY_NETWORKS: '0.0.0.0/0,::/0',
  },
  stdio: ['ignore', 'ignore', 'inherit'],
});
const ended = new Promise((resolve) => server.once('exit', resolve));
try {
  while (!(await fetch(`${url}/readyz`).catch(() => null))?.ok) {
    if (server.exitCode !== null) throw new Error('The server ended; see above');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const { linkset } = await (await fetch(`${url}/.well-known/api-catalog`)).json();
  for (const {
    'service-desc': [{ href, title }],
  } of linkset) {
    console.log(`\n== ${title}`);
    const config = ['--config-file', join(root, 'scripts/schemathesis.toml')];
    const options = [
      '--phases',
      'examples,coverage,fuzzing',
      '--max-examples',
      '20',
      '--continue-on-failure',
    ];
    const args = [...config, 'run', url + href, ...options, ...process.argv.slice(2)];
    // It keeps what it has learnt in the current directory.
    const { status } = spawnSync(program, args, { cwd: data, stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
} finally {
  server.kill('SIGTERM');
  await ended;
  rmSync(data, { recursive: true, force: true });
}

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`"${command} ${args.join(' ')}" failed`);
}

function findPort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
