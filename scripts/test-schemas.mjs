/**
 * Sends generated requests to a server, and checks the responses against its OpenAPI documents, with schemathesis.
 *
 *   npm run test:schemas                          20 requests or more for each operation; takes minutes
 *   npm run test:schemas -- --max-examples 500    any option of `st run`
 *   npm run test:schemas -- --short               the same few requests each time, as in .ci/run
 *
 * Starts a server with an embedded Temporal server and data of its own. The first time it installs schemathesis.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { testServers } from './cache.mjs';
import { installArguments, versionOf } from './requirements.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const environment = join(testServers, versionOf('schemathesis'));
const program = join(environment, 'bin/st');

const given = process.argv.slice(2);
const isShort = given.includes('--short');
const options = [
  ...(isShort
    ? ['--phases', 'fuzzing', '--max-examples', '5', '--seed', '1']
    : ['--phases', 'examples,coverage,fuzzing', '--max-examples', '20']),
  ...['--continue-on-failure', '--workers', '2', '--warnings', 'off'],
  ...given.filter((option) => option !== '--short'),
];

if (!existsSync(program)) {
  mkdirSync(testServers, { recursive: true });
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
    await sleep(200);
  }
  const config = join(data, 'schemathesis.toml');
  const { linkset } = await (await fetch(`${url}/.well-known/api-catalog`)).json();
  const documents = linkset.map(({ 'service-desc': [document] }) => document);
  const jobs = await Promise.all(documents.map(({ title }) => submitJob(title)));
  for (const [n, { href, title }] of documents.entries()) {
    console.log(`\n== ${title}`);
    writeFileSync(config, describeConfig(jobs[n]));
    // It keeps what it has learnt in the current directory.
    const args = ['--config-file', config, 'run', url + href, ...options];
    const { status } = spawnSync(program, args, { cwd: data, stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
} finally {
  server.kill('SIGTERM');
  await ended;
  rmSync(data, { recursive: true, force: true });
}

/** Returns the id of a job with a result that the requests may name; null for an API that only takes addresses or disks. */
async function submitJob(dialect) {
  const picture = new Blob([readFileSync(join(root, 'docs/console.png'))]);
  const form = new FormData();
  let path = '/v1/jobs';
  if (dialect === 'native') {
    const assets = [{ name: 'photo.png', source: { upload: 'photo' } }];
    form.append('job', JSON.stringify({ operation: 'image.transform', assets, params: { width: 32 } }));
    form.append('photo', picture, 'photo.png');
  } else if (dialect === 'image-web') {
    path = '/jobs';
    form.append('image', picture, 'photo.png');
  } else return null;
  const response = await fetch(url + path, { method: 'POST', body: form });
  const { id, job_id = id } = await response.json();
  if (!response.ok) throw new Error(`POST ${path} returned ${response.status}`);
  for (;;) {
    const { state } = await (await fetch(`${url}/v1/jobs/${job_id}`)).json();
    if (state === 'completed') return job_id;
    if (['failed', 'cancelled'].includes(state)) throw new Error(`The job of ${dialect} is ${state}`);
    await sleep(200);
  }
}

/** Half of the requests name a job that exists, without those that would delete it. */
function describeConfig(job) {
  const base = readFileSync(join(root, 'scripts/schemathesis.toml'), 'utf8');
  if (job === null) return base;
  const binding = '{ dictionary = "jobs", probability = 0.5 }';
  const operations = ['GET', 'POST'].map(
    (method) =>
      `[[operations]]\ninclude-method = "${method}"\nparameters = { "path.id" = ${binding}, "path.job_id" = ${binding} }\n`,
  );
  return [base, `[dictionaries.jobs]\nvalues = ["${job}"]\n`, ...operations].join('\n');
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
