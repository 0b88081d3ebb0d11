/** Parts that do not share the master key: the one that cannot open what the others sealed does not begin to work. */
import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from '../../support/cli.ts';
import type { RunningDarkroom } from '../../support/darkroom.ts';
import { freePort } from '../../support/ports.ts';
import { startDarkroom, temporalSettings } from '../../support/server.ts';
import { startStack } from '../../support/stack.ts';

let darkroom: RunningDarkroom;
beforeAll(async () => {
  darkroom = await startStack();
});
afterAll(() => darkroom.dispose());

const says =
  /^darkroom: The secrets in the object store are encrypted with another master key\. Set DARKROOM_MASTER_KEY/m;

test('an API and a worker with another key than the store exit at once with the reason', async () => {
  const env = {
    DARKROOM_DATA: `${darkroom.dataDir}-beside`,
    DARKROOM_STORE: `file:${join(darkroom.dataDir, 'store')}`,
    DARKROOM_MASTER_KEY: randomBytes(32).toString('base64'),
    DARKROOM_LISTEN: `127.0.0.1:${await freePort()}`,
    TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}`,
  };
  for (const part of ['api', 'worker']) {
    const { code, stderr } = await cli([part], { env });
    expect(stderr).toMatch(says);
    expect(code).toBe(1);
  }
  const { stdout } = await cli(['doctor', '--json'], { env });
  expect(JSON.parse(stdout)).toMatchObject({
    findings: expect.arrayContaining([
      expect.objectContaining({
        check: 'master key',
        state: 'broken',
        remedy: expect.stringContaining('_master-key'),
      }),
    ]),
  });
  await rm(env.DARKROOM_DATA, { recursive: true, force: true });
});

test('a process exits if a store that becomes available later has another key', async () => {
  const data = `${darkroom.dataDir}-late`;
  const store = `${data}-store`;
  await mkdir(data);
  await writeFile(join(data, 'darkroom.json'), '{"format":1}');
  await writeFile(store, 'no directory');
  const api = await startDarkroom({
    command: 'api',
    dataDir: data,
    env: {
      DARKROOM_STORE: `file:${store}`,
      DARKROOM_MASTER_KEY: randomBytes(32).toString('base64'),
      TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}`,
    },
    skipReadiness: true,
  });
  await expect
    .poll(() =>
      api.request('/healthz').then(
        (r) => r.status,
        () => 0,
      ),
    )
    .toBe(200);
  await rm(store);
  await symlink(join(darkroom.dataDir, 'store'), store);
  await expect.poll(() => api.process.exitCode).toBe(1);
  expect(api.output()).toMatch(says);
  for (const path of [store, data]) await rm(path, { recursive: true });
});

test('a server does not start with a new key after the old one was lost, and starts once it is restored', async () => {
  await darkroom.stop();
  const { dataDir } = darkroom;
  await rename(join(dataDir, 'keys'), join(dataDir, 'keys-elsewhere'));
  const temporal = await temporalSettings(dataDir, {});
  const env = { ...temporal, DARKROOM_DATA: dataDir, DARKROOM_LISTEN: `127.0.0.1:${await freePort()}` };
  const { code, stderr } = await cli(['serve'], { env });
  expect(stderr).toMatch(says);
  expect(code).toBe(1);
  await rm(join(dataDir, 'keys'), { recursive: true });
  await rename(join(dataDir, 'keys-elsewhere'), join(dataDir, 'keys'));
  darkroom = await startDarkroom({ dataDir });
  expect((await darkroom.request('/readyz')).status).toBe(200);
});
