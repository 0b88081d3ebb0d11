/** `npm run demo` on a server that runs, which it finds by the data directory as the command line does. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishServerAddress } from '../../../src/data-directory/server-address.ts';
import { type CliResult, run } from '../../support/cli.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

const demo = fileURLToPath(new URL('../../../dist/examples/demo.js', import.meta.url));
const names = ['astronaut', 'chelsea', 'coffee', 'hubble_deep_field', 'rocket'];

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'darkroom-demo-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function runDemo(server: Darkroom): Promise<CliResult> {
  await publishServerAddress(server.dataDir, server.url);
  return run(process.execPath, [demo], { cwd: directory, env: { DARKROOM_DATA: server.dataDir } });
}

async function listJobs(server: Darkroom): Promise<{ id: string; state: string; labels: object }[]> {
  const response = await server.request('/v1/jobs');
  return ((await response.json()) as { jobs: { id: string; state: string; labels: object }[] }).jobs;
}

test('the job runs on that server, which calls back, and the console shows the job', async () => {
  const server = await startStack();
  const { code, stdout, stderr } = await runDemo(server);
  expect([code, stderr]).toEqual([0, expect.stringContaining('completed')]);
  expect(stdout).toContain(`The demo runs on the server at ${server.url} (runs on ${server.dataDir})`);
  expect(stdout).toContain('Callback received, signature verified: job.completed');
  const jobs = await listJobs(server);
  expect(jobs).toMatchObject([{ state: 'completed', labels: { example: 'demo' } }]);
  expect(stdout).toContain(`${server.url}/#/jobs/${jobs[0]?.id}`);
  const results = join(directory, 'data', 'demo-results');
  expect((await readdir(results)).sort()).toEqual(names.map((name) => `${name}.avif`));
  for (const name of names)
    expect(await sharp(join(results, `${name}.avif`)).metadata()).toMatchObject({ compression: 'av1' });
  await server.dispose();
});

test('the demo reports that the server may not call this machine, and runs without a callback', async () => {
  const server = await startStack({ env: { DARKROOM_ALLOW_NETWORKS: '10.0.0.0/8' } });
  const { code, stdout } = await runDemo(server);
  expect(code).toBe(0);
  expect(stdout).toMatch(/Without a callback: .*DARKROOM_ALLOW_NETWORKS/);
  expect(stdout).not.toContain('Callback received');
  expect(await listJobs(server)).toMatchObject([{ state: 'completed' }]);
  await server.dispose();
});
