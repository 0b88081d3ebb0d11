/** A server that starts while something it needs is away: it says what, waits, and is ready once that is there. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Darkroom, startDarkroom } from '../../support/server.ts';

let darkroom: Darkroom;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-readiness-'));
  // Where the store should be a directory there is a file.
  await writeFile(join(folder, 'store'), '');
  darkroom = await startDarkroom({
    env: { DARKROOM_STORE: `file:${join(folder, 'store')}` },
    skipReadiness: true,
  });
});
afterAll(async () => {
  await darkroom.dispose();
  await rm(folder, { recursive: true, force: true });
});

test('reports what is missing on stdout and in the log, and becomes ready once it is available', async () => {
  await expect
    .poll(darkroom.output)
    .toMatch(/^darkroom: not ready: the object store is missing \(.+\)\. Retrying/m);
  const answer = await darkroom.request('/readyz');
  expect([answer.status, await answer.json()]).toEqual([503, { status: 'unavailable', missing: ['store'] }]);
  expect(darkroom.output()).not.toContain('darkroom is ready');
  const line = /^\{.*"msg":"Not ready".*$/m.exec(darkroom.output())?.[0] ?? '';
  expect(JSON.parse(line)).toMatchObject({ part: 'api', missing: 'store', reason: expect.any(String) });
  expect(line.match(/"part":/g)).toHaveLength(1);

  await rm(join(folder, 'store'));
  await expect.poll(darkroom.output).toContain('darkroom is ready');
  expect((await darkroom.request('/readyz')).status).toBe(200);
});
