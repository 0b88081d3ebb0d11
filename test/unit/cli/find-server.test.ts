/** Which server the client commands use. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findServer } from '../../../src/cli/connection.ts';
import { publishServerAddress } from '../../../src/data-directory/server-address.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'darkroom-find-'));
  vi.stubEnv('DARKROOM_DATA', dataDir);
  vi.stubEnv('DARKROOM_URL', '');
  vi.stubEnv('DARKROOM_LISTEN', '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dataDir, { recursive: true, force: true });
});

const running = 'http://127.0.0.1:8123';

test('prefers --url, then DARKROOM_URL, then the server that runs on the data directory', async () => {
  const remove = await publishServerAddress(dataDir, running);
  vi.stubEnv('DARKROOM_LISTEN', '127.0.0.1:8456');
  expect(findServer({})).toMatchObject({ url: running, reason: `runs on ${dataDir}` });
  vi.stubEnv('DARKROOM_URL', 'http://server.example');
  expect(findServer({})).toMatchObject({ url: 'http://server.example', reason: 'DARKROOM_URL' });
  expect(findServer({ url: 'http://other.example' }).url).toBe('http://other.example');
  vi.stubEnv('DARKROOM_URL', '');
  await remove();
  expect(findServer({}).url).toBe('http://127.0.0.1:8456');
});

test.each([
  ['127.0.0.1:8456', 'http://127.0.0.1:8456'],
  [':8456', 'http://127.0.0.1:8456'],
  ['[::]:8456', 'http://[::1]:8456'],
  ['', 'http://127.0.0.1:8080'],
])('uses the address of DARKROOM_LISTEN=%s when no server runs', (listen, url) => {
  vi.stubEnv('DARKROOM_LISTEN', listen);
  expect(findServer({})).toMatchObject({ url, reason: expect.stringContaining('no server runs') });
});

test('ignores the address of a server that was killed, and a damaged file', async () => {
  const { pid } = spawnSync('true');
  await writeFile(join(dataDir, 'server.json'), JSON.stringify({ url: running, pid }));
  expect(findServer({}).url).toBe('http://127.0.0.1:8080');
  await writeFile(join(dataDir, 'server.json'), '{"url":');
  expect(findServer({}).url).toBe('http://127.0.0.1:8080');
});
