/** clients/python: built as a wheel, installed, type-checked, and run against a live server. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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
const client = join(root, 'clients/python');
const python = join(readConfig().DARKROOM_CACHE, 'client-generators/python-client/bin/python');

let tenants: Tenants;
let dir: string;
/** A copy of the client, installed from its wheel into a directory of its own. */
let installed: string;
beforeAll(async () => {
  tenants = await startTenants();
  dir = await mkdtemp(join(tmpdir(), 'darkroom-python-'));
  const source = join(dir, 'source');
  await cp(client, source, { recursive: true });
  installed = join(dir, 'installed');
  const local = ['--no-deps', '--no-build-isolation', '--no-index', '--quiet', '--target', installed];
  await call(python, ['-m', 'pip', 'install', ...local, source]);
});
afterAll(async () => {
  await tenants.server.dispose();
  await rm(dir, { recursive: true, force: true });
});

test('the generated parts are those of the OpenAPI document and of the asynchronous client', async () => {
  const copy = join(dir, 'copy');
  await cp(join(client, 'src/darkroom_client'), copy, { recursive: true });
  const document = await (await tenants.server.request('/openapi.json')).text();
  await writeFile(join(dir, 'openapi.json'), document);
  await call(python, [join(root, 'scripts/python-client.py'), join(dir, 'openapi.json'), copy]);
  for (const name of ['models.py', '_sync/client.py', '_sync/follow.py', '_sync/transport.py'])
    expect(await readFile(join(copy, name), 'utf8'), name).toBe(
      await readFile(join(client, 'src/darkroom_client', name), 'utf8'),
    );
});

test('the wheel has the client with its types, and nothing else', async () => {
  const names = (await readdir(installed, { recursive: true })).filter(
    (name) => !name.includes('__pycache__'),
  );
  expect(names).toEqual(
    expect.arrayContaining(['darkroom_client/py.typed', 'darkroom_client/_sync/client.py']),
  );
  expect(names.filter((name) => !/^darkroom_client(?:-[\d.]+\.dist-info)?(?:\/|$)/.test(name))).toEqual([]);
});

test('mypy finds no mistake, also in the programs of the README', async () => {
  const readme = await readFile(join(client, 'README.md'), 'utf8');
  const programs = [...readme.matchAll(/^```python\n(.*?)^```$/gms)].map(([, text = '']) => text);
  expect(programs.length).toBeGreaterThan(3);
  for (const [index, text] of programs.entries()) await writeFile(join(dir, `program_${index}.py`), text);
  const files = programs.map((_, index) => join(dir, `program_${index}.py`));
  const options = ['--config-file', join(client, 'pyproject.toml'), '--cache-dir', join(dir, 'mypy')];
  const env = { ...process.env, MYPYPATH: join(dir, 'source/src') };
  const { stdout } = await call(python, ['-m', 'mypy', ...options, join(dir, 'source/src'), ...files], {
    env,
  });
  expect(stdout).toMatch(/^Success: no issues/);
});

test('both clients pass their tests against a live server', async () => {
  const secret = await cli(['webhook-secret', '--tenant', 'acme'], {
    env: { DARKROOM_DATA: tenants.dataDir, DARKROOM_AUTH: 'keys' },
  });
  expect(secret.code, secret.stderr).toBe(0);
  const env = {
    DARKROOM_URL: tenants.server.url,
    DARKROOM_TOKEN: tenants.acme.key,
    WEBHOOK_SECRET: secret.stdout.trim(),
    PHOTO: join(root, 'examples/photos/chelsea.jpg'),
    PYTHONPATH: installed,
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const options = ['-q', '-p', 'no:cacheprovider', '--rootdir', client];
  const { code, stdout } = await run(python, ['-m', 'pytest', ...options, join(client, 'tests')], { env });
  expect(code, stdout).toBe(0);
  expect(stdout).toMatch(/\d{2,} passed/);
});
