/** `darkroom doctor`, with nothing running, beside a server, and where something is wrong. */
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Finding } from '../../../src/cli/doctor/finding.ts';
import { listeningPorts } from '../../../src/lib/listening-ports.ts';
import { cli } from '../../support/cli.ts';
import { freePort } from '../../support/ports.ts';
import { processes } from '../../support/processes.ts';
import { type Darkroom, startDarkroom } from '../../support/server.ts';

let darkroom: Darkroom;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-doctor-'));
  darkroom = await startDarkroom();
});
afterAll(async () => {
  await darkroom.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function examine(env: Record<string, string>): Promise<{ code: number | null; findings: Finding[] }> {
  const { code, stdout } = await cli(['doctor', '--json'], {
    env: { TEMPORAL_CLI_PATH: inject('temporalBinary'), ...env },
  });
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
  expect(ok).toBe(code === 0);
  return { code, findings };
}
const of = (findings: Finding[], check: string) => findings.filter((finding) => finding.check === check);

test('reports no problem without a server, and creates nothing', async () => {
  const dataDir = join(folder, 'fresh');
  const { code, findings } = await examine({
    DARKROOM_DATA: dataDir,
    DARKROOM_LISTEN: `127.0.0.1:${await freePort()}`,
  });
  expect(code).toBe(0);
  expect(findings.filter(({ state }) => state === 'broken')).toEqual([]);
  expect(of(findings, 'Temporal binary')).toMatchObject([
    { state: 'ok', found: expect.stringContaining('server 1.') },
  ]);
  expect(of(findings, 'Temporal')).toMatchObject([{ found: 'not running; "darkroom serve" starts it' }]);
  await expect(stat(dataDir)).rejects.toThrow('ENOENT');
});

test('reports the parts of a running server, and does not change it', async () => {
  const env = { DARKROOM_DATA: darkroom.dataDir, DARKROOM_LISTEN: new URL(darkroom.url).host };
  const before = await readdir(join(darkroom.dataDir, 'lock'));
  const { code, findings } = await examine(env);
  expect(code).toBe(0);
  expect(of(findings, 'data directory')[0]?.found).toContain(`in use by process ${darkroom.process.pid}`);
  expect(of(findings, 'address')[0]?.found).toContain('served by a darkroom that is ready');
  for (const check of [
    'store',
    'clock',
    'master key',
    'Temporal',
    'namespace',
    'search attributes',
    'Temporal HTTP',
  ])
    expect(of(findings, check)).toMatchObject([{ state: 'ok' }]);
  expect(of(findings, 'worker').map(({ found }) => found)).toEqual(
    expect.arrayContaining(['cpu worker online', 'io worker online']),
  );
  expect(await readdir(join(darkroom.dataDir, 'lock'))).toEqual(before);
  const text = await cli(['doctor'], { env: { TEMPORAL_CLI_PATH: inject('temporalBinary'), ...env } });
  expect(text.stdout).toMatch(/^✓ Node +\d+\./m);
  expect(text.stdout).not.toMatch(/^✗/m);
});

test('no port of a running server serves Temporal to web pages', async () => {
  const all = await processes();
  const pids = [darkroom.process.pid ?? 0];
  // Children of children, too: their parents come first.
  for (const pid of pids) pids.push(...all.filter(({ parent }) => parent === pid).map((child) => child.pid));
  const ports = (await Promise.all(pids.map((pid) => listeningPorts(pid).catch(() => [])))).flat();
  expect(ports).toContain(Number(new URL(darkroom.url).port));
  expect(ports.length).toBeGreaterThan(3);
  const paths = ['/', '/temporal', '/temporal/api/v1/namespaces', '/api/v1/namespaces'];
  const served = await Promise.all(
    ports.flatMap((port) =>
      paths.map(async (path) => [port, path, await fetchAs('rebound.example', port, path)]),
    ),
  );
  expect(served.filter(([, , status]) => status !== null && Number(status) < 400)).toEqual([]);
  expect(await fetchAs('localhost', Number(new URL(darkroom.url).port), '/temporal/api/v1/namespaces')).toBe(
    200,
  );
});

/** Returns the status of a request for a host name; null if the answer is not HTTP. */
const fetchAs = (host: string, port: number, path: string): Promise<number | null> =>
  new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path, headers: { host }, timeout: 10_000 }, (response) => {
      response.resume();
      resolve(response.statusCode ?? null);
    });
    request.on('error', () => resolve(null));
    request.on('timeout', () => request.destroy());
  });

test('reports a Temporal server that answers web pages', async () => {
  const server = createHttpServer((_, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const dataDir = join(folder, 'open-temporal');
  await mkdir(dataDir, { mode: 0o700 });
  // This process stands for the server: it listens at the port.
  await writeFile(
    join(dataDir, 'temporal.pid'),
    JSON.stringify({ pid: process.pid, address: '127.0.0.1:1' }),
  );
  const { code, findings } = await examine({ DARKROOM_DATA: dataDir });
  await new Promise((resolve) => server.close(resolve));
  expect(code).toBe(1);
  expect(of(findings, 'Temporal HTTP')).toMatchObject([
    { state: 'broken', found: expect.stringContaining(`at port ${port}`) },
  ]);
});

test('reports each invalid setting', async () => {
  const { code, findings } = await examine({ DARKROOM_LISTEN: 'nowhere', DARKROOM_CPU_SLOTS: '0' });
  expect(code).toBe(1);
  expect(of(findings, 'settings')).toMatchObject([
    { state: 'broken', found: expect.stringContaining('DARKROOM_LISTEN="nowhere"') },
    { state: 'broken', found: expect.stringContaining('DARKROOM_CPU_SLOTS="0"') },
  ]);
});

test('reports each problem with a remedy', async () => {
  const other = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const dataDir = join(folder, 'wrong');
  await mkdir(join(dataDir, 'keys'), { recursive: true });
  await writeFile(join(dataDir, 'darkroom.json'), '{"format":1}');
  await writeFile(join(dataDir, 'keys', 'master.key'), 'not a key');
  await writeFile(join(folder, 'store-file'), '');
  const { code, findings } = await examine({
    DARKROOM_DATA: dataDir,
    DARKROOM_LISTEN: `127.0.0.1:${port}`,
    DARKROOM_STORE: `file:${join(folder, 'store-file')}`,
    DARKROOM_INPUT_ROOTS: join(folder, 'no-such-root'),
    DARKROOM_OLD_SETTING: '1',
    TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}`,
  });
  await new Promise((resolve) => other.close(resolve));
  expect(code).toBe(1);
  expect(of(findings, 'settings')).toMatchObject(
    [{ state: 'warning', found: /DARKROOM_OLD_SETTING/ }].map(loosely),
  );
  for (const check of ['address', 'input root', 'master key', 'store', 'Temporal'])
    expect(of(findings, check)).toMatchObject([{ state: 'broken', remedy: expect.stringMatching(/\w/) }]);
  expect(of(findings, 'address')[0]?.found).toContain('is in use by another program');
});

test('doctor and server report a data directory that is a file', async () => {
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  for (const [command, DARKROOM_DATA] of [
    ['serve', file],
    ['api', join(file, 'below')],
  ] as const) {
    const env = { DARKROOM_DATA, DARKROOM_LISTEN: `127.0.0.1:${await freePort()}` };
    const { code, findings } = await examine(env);
    expect(code).toBe(1);
    expect(of(findings, 'data directory')).toMatchObject([
      {
        state: 'broken',
        found: `${file} is not a directory`,
        remedy: expect.stringContaining('DARKROOM_DATA'),
      },
    ]);
    expect(JSON.stringify(findings)).not.toContain('created at the first start');
    const { code: ended, stderr } = await cli([command], { env });
    expect(ended).toBe(1);
    expect(stderr).toMatch(/^darkroom: The directory .* cannot be used: .*a-file is not a directory\. /);
    expect(stderr).toContain('DARKROOM_DATA');
  }
});

test('reports a data directory of another format, on which no command starts', async () => {
  const DARKROOM_DATA = join(folder, 'other-format');
  await mkdir(DARKROOM_DATA);
  await writeFile(join(DARKROOM_DATA, 'darkroom.json'), '{"format":99}');
  const env = { DARKROOM_DATA, DARKROOM_LISTEN: `127.0.0.1:${await freePort()}` };
  const { findings } = await examine(env);
  expect(of(findings, 'data directory')).toMatchObject([
    {
      state: 'broken',
      found: expect.stringMatching(/has format 99; this version of darkroom needs format 1/),
    },
  ]);
  for (const command of [['serve'], ['api'], ['worker'], ['keys', 'list'], ['webhook-secret']]) {
    const { code, stderr } = await cli(command, { env });
    expect([command, code], stderr).toEqual([command, 1]);
    expect(stderr).toMatch(
      /^darkroom: The data directory .* has format 99; .*set DARKROOM_DATA to a new directory/,
    );
  }
});

test('reports a scratch directory that is a file', async () => {
  const DARKROOM_WORK = join(folder, 'work-file');
  await writeFile(DARKROOM_WORK, '');
  const env = { DARKROOM_DATA: join(folder, 'other'), DARKROOM_WORK };
  const { findings } = await examine({ ...env, DARKROOM_LISTEN: `127.0.0.1:${await freePort()}` });
  expect(of(findings, 'disk')).toMatchObject([
    { state: 'ok' },
    { state: 'broken', remedy: expect.stringContaining('DARKROOM_WORK') },
  ]);
});

test('reports an address that another darkroom serves', async () => {
  const { code, findings } = await examine({
    DARKROOM_DATA: join(folder, 'another'),
    DARKROOM_LISTEN: new URL(darkroom.url).host,
  });
  expect(code).toBe(1);
  expect(of(findings, 'address')).toMatchObject([
    { state: 'broken', found: expect.stringContaining('in use by a darkroom with another data directory') },
  ]);
});

test('warns of a key that other users can read, and of a missing binary', async () => {
  const dataDir = join(folder, 'open');
  await mkdir(join(dataDir, 'keys'), { recursive: true });
  await writeFile(join(dataDir, 'darkroom.json'), '{"format":1}');
  const key = join(dataDir, 'keys', 'master.key');
  await writeFile(key, `${Buffer.alloc(32, 7).toString('base64')}\n`);
  await chmod(key, 0o644);
  const { code, findings } = await examine({
    DARKROOM_DATA: dataDir,
    DARKROOM_LISTEN: `127.0.0.1:${await freePort()}`,
    DARKROOM_CACHE: join(folder, 'empty-cache'),
    TEMPORAL_CLI_PATH: '',
    PATH: '/nonexistent',
  });
  expect(code).toBe(0);
  expect(of(findings, 'master key')).toMatchObject([{ state: 'warning', remedy: `Run: chmod 600 ${key}` }]);
  expect(of(findings, 'Temporal binary')).toMatchObject([{ state: 'warning' }]);
  await expect(stat(join(folder, 'empty-cache'))).rejects.toThrow('ENOENT');
});

const loosely = ({ state, found }: { state: string; found: RegExp }) => ({
  state,
  found: expect.stringMatching(found) as unknown,
});
