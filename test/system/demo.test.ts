/** `npm run demo` where no server runs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from '../support/cli.ts';
import { freePort } from '../support/ports.ts';
import { defaultSettings } from '../support/server.ts';

const demo = fileURLToPath(new URL('../../dist/examples/demo.js', import.meta.url));

test('the demo starts a server, says so, and stops it at the end', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-demo-'));
  const port = String(await freePort());
  // Without rules for networks, a server on loopback may call this machine.
  const env = { ...defaultSettings(join(directory, 'data'), port), DARKROOM_ALLOW_NETWORKS: undefined };
  const { code, stdout, stderr } = await run(process.execPath, [demo], { cwd: directory, env });
  expect([code, stderr]).toEqual([0, expect.stringContaining('completed')]);
  expect(stdout).toContain(`No server runs at http://127.0.0.1:${port}. The demo starts one`);
  expect(stdout).toContain('darkroom is ready');
  expect(stdout).toContain('Callback received, signature verified: job.completed');
  await expect(fetch(`http://127.0.0.1:${port}/readyz`)).rejects.toThrow('fetch failed');
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

test('the demo starts no server if DARKROOM_URL names one that does not run', async () => {
  const env = { DARKROOM_URL: `http://127.0.0.1:${await freePort()}` };
  const { code, stdout, stderr } = await run(process.execPath, [demo], { env });
  expect([code, stdout]).toEqual([7, '']);
  expect(stderr).toContain(`The server at ${env.DARKROOM_URL} cannot be reached`);
});
