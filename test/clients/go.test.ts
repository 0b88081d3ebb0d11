/** clients/go: its types are those of the OpenAPI document, and its tests pass against a live server. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { cli, run } from '../support/cli.ts';
import { startTenants, type Tenants } from '../support/tenants.ts';

const call = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const client = join(root, 'clients/go');
const generators = join(readConfig().DARKROOM_CACHE, 'client-generators');

let tenants: Tenants;
let dir: string;
beforeAll(async () => {
  tenants = await startTenants();
  dir = await mkdtemp(join(tmpdir(), 'darkroom-go-'));
  await cp(client, dir, { recursive: true });
});
afterAll(async () => {
  await tenants.server.dispose();
  await rm(dir, { recursive: true, force: true });
});

test('the generated types are those of the OpenAPI document', async () => {
  await writeFile(join(dir, 'openapi.json'), await (await tenants.server.request('/openapi.json')).text());
  const args = ['-config', 'oapi-codegen.yaml', 'openapi.json'];
  await call(join(generators, 'bin/oapi-codegen'), args, { cwd: dir });
  expect(await readFile(join(dir, 'models.gen.go'), 'utf8')).toBe(
    await readFile(join(client, 'models.gen.go'), 'utf8'),
  );
});

test('the client passes its tests against a live server', async () => {
  const secret = await cli(['webhook-secret', '--tenant', 'acme'], {
    env: { DARKROOM_DATA: tenants.dataDir, DARKROOM_AUTH: 'keys' },
  });
  expect(secret.code, secret.stderr).toBe(0);
  const env = {
    ...process.env,
    GOPROXY: 'off',
    GOFLAGS: '-mod=readonly',
    DARKROOM_URL: tenants.server.url,
    DARKROOM_TOKEN: tenants.acme.key,
    WEBHOOK_SECRET: secret.stdout.trim(),
    PHOTO: join(root, 'examples/photos/chelsea.jpg'),
  };
  const { code, stdout } = await run('go', ['test', '-vet=all', '-count=1', '-v', './...'], {
    cwd: dir,
    env,
  });
  expect(code, stdout).toBe(0);
  expect(stdout.match(/^--- PASS/gm)?.length).toBeGreaterThanOrEqual(6);
});
