/** deploy/backup.sh copies the data directory of a running server, and a server starts on the copy. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../support/cli.ts';
import { photo } from '../support/photos.ts';
import { type Darkroom, startDarkroom } from '../support/server.ts';

const script = fileURLToPath(new URL('../../deploy/backup.sh', import.meta.url));

let folder: string;
let darkroom: Darkroom;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-backup-'));
  darkroom = await startDarkroom();
});
afterAll(async () => {
  await darkroom.dispose();
  await rm(folder, { recursive: true, force: true });
});

test('a job that ended and a job that waits are in the copy, and the latter continues', async () => {
  const form = new FormData();
  form.append('job', '{"id":"ended","operation":"image.transform","params":{"width":20}}');
  form.append('file', new Blob([new Uint8Array(await photo('chelsea.jpg'))]), 'cat.jpg');
  expect((await darkroom.request('/v1/jobs', { method: 'POST', body: form })).status).toBe(202);
  await darkroom.until('ended', 'completed');
  await darkroom.submit({ id: 'waits', operation: 'test.echo', params: { word: 'kept' }, await_assets: {} });
  const read = async (server: Darkroom) =>
    Buffer.from(await (await server.request('/v1/jobs/ended/files/cat.jpg')).arrayBuffer());
  const content = await read(darkroom);

  const copy = join(folder, 'copy');
  const { code, stderr } = await run(script, [darkroom.dataDir, copy]);
  expect([code, stderr]).toEqual([0, '']);
  expect(await readdir(folder)).toEqual(['copy']);

  const restored = await startDarkroom({ dataDir: copy });
  try {
    expect(await read(restored)).toEqual(content);
    const more = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"final":true}' };
    expect((await restored.request('/v1/jobs/waits/assets', more)).status).toBe(202);
    await restored.until('waits', 'completed');
    expect((await darkroom.get('waits')).state).not.toBe('completed');
  } finally {
    await restored.dispose();
  }
});

test('what is no data directory, and a directory that exists, are refused', async () => {
  const refused = async (...args: string[]) => {
    const { code, stderr } = await run(script, args);
    return [code, stderr.trim()];
  };
  expect(await refused(folder, join(folder, 'new'))).toEqual([
    1,
    `backup.sh: "${folder}" is no data directory of darkroom`,
  ]);
  expect(await refused(darkroom.dataDir, folder)).toEqual([
    1,
    `backup.sh: "${folder}" exists; name a new directory`,
  ]);
  expect(await refused()).toEqual([
    1,
    expect.stringContaining('usage: backup.sh DATA_DIRECTORY NEW_DIRECTORY'),
  ]);
});
