import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { listeningPorts } from '../../src/lib/listening-ports.ts';
import { serverListensAt } from '../../src/temporal/embedded/listening.ts';
import { freePort } from '../../src/temporal/embedded/ports.ts';
import {
  type EmbeddedOptions,
  type EmbeddedTemporal,
  reapOrphan,
  startEmbeddedTemporal,
} from '../../src/temporal/embedded/server.ts';

const binary = inject('temporalBinary');
/** As it was built, for processes that have no loader for TypeScript. */
const built = fileURLToPath(new URL('../../dist/src/temporal/embedded/server.js', import.meta.url));
let dataDir: string;
let lines: string[];
const undo: (() => Promise<unknown> | unknown)[] = [];

beforeEach(async () => {
  dataDir = await realpath(await mkdtemp(join(tmpdir(), 'darkroom-server-test-')));
  lines = [];
});

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedTemporal> {
  const server = await startEmbeddedTemporal({
    binary,
    dataDir,
    preferredPort: 0,
    log: (line) => lines.push(line),
    ...options,
  });
  undo.push(() => server.stop());
  return server;
}

async function clientOf(server: { address: string }): Promise<Client> {
  const connection = await Connection.connect({ address: server.address });
  undo.push(() => connection.close());
  return new Client({ connection });
}

const startWorkflow = (client: Client): Promise<unknown> =>
  client.workflow.start('nobodyRunsIt', { workflowId: 'kept', taskQueue: 'nobody', memo: { word: 'kept' } });

/** Processes that have this test's data directory in their command line. */
async function survivors(): Promise<string[]> {
  const ps = spawn('ps', ['-A', '-ww', '-o', 'pid=,stat=,args='], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of ps.stdout) output += String(chunk);
  return output
    .split('\n')
    .filter((line) => line.includes(`${dataDir}/temporal.db`) && !/^\s*\d+\s+Z/.test(line));
}

const portOf = (address: string): number => Number(address.split(':').at(-1));

/** Requests a URL under another host name. Returns null when the answer is not HTTP. */
const fetchStatus = (url: string, host: string): Promise<number | null> =>
  new Promise((resolve) => {
    const request = get(
      url,
      { headers: { host, origin: 'http://attacker.example' }, timeout: 10_000 },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? null);
      },
    );
    request.on('error', () => resolve(null));
    request.on('timeout', () => request.destroy());
  });

describe('a server that is started', () => {
  test('answers immediately: namespaces, workflows, the list of workers', async () => {
    const server = await start();
    const client = await clientOf(server);
    const { namespaces } = await client.workflowService.listNamespaces({});
    expect(namespaces.map(({ namespaceInfo }) => namespaceInfo?.name)).toContain('default');
    await startWorkflow(client);
    // Refused unless the two settings about workers are on.
    await expect(client.workflowService.listWorkers({ namespace: 'default' })).resolves.toBeDefined();
  });

  test('serves neither its HTTP API nor its Web UI at any port', async () => {
    const { pid } = await start();
    const served = await Promise.all(
      (await listeningPorts(pid)).flatMap((port) =>
        [`127.0.0.1:${port}`, 'localhost', 'attacker.example', 'none.invalid', ' '].flatMap((host) =>
          ['/', '/namespaces/default/workflows', '/api/v1/namespaces'].map((path) =>
            fetchStatus(`http://127.0.0.1:${port}${path}`, host),
          ),
        ),
      ),
    );
    // 403: the HTTP API refuses the host. 404: the metrics. Null: a port that does not speak HTTP/1.1.
    expect(served).toContain(403);
    expect(served.filter((status) => status !== null && status < 400)).toEqual([]);
  });

  test('returns its ports', async () => {
    const { pid } = await start();
    const pidFile = join(dataDir, 'temporal.pid');
    const ports = await listeningPorts(pid);
    expect(ports.length).toBeGreaterThan(2);
    for (const port of ports) expect(await serverListensAt(pidFile, port)).toBe(true);
    expect(await serverListensAt(pidFile, await freePort('127.0.0.1', 0))).toBe(false);
    expect(await serverListensAt(join(dataDir, 'none.pid'), ports[0] ?? 0)).toBe(false);
  });

  test('is stopped by one or several calls', async () => {
    const server = await start();
    expect(await survivors()).toHaveLength(1);
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(await survivors()).toEqual([]);
    await expect(readFile(join(dataDir, 'temporal.pid'))).rejects.toThrow('ENOENT');
    expect(lines).toEqual([]);
  });

  test('uses other ports if the preferred ones are taken', async () => {
    const first = await start();
    const other = await mkdtemp(join(tmpdir(), 'darkroom-server-test-'));
    undo.push(() => rm(other, { recursive: true, force: true }));
    const second = await start({
      dataDir: other,
      preferredPort: portOf(first.address),
    });
    expect(portOf(second.address)).not.toBe(portOf(first.address));
    await startWorkflow(await clientOf(second));
    const { workflow } = await clientOf(first);
    await expect(workflow.getHandle('kept').describe()).rejects.toThrow('not found');
  });

  test('uses another port if a concurrent server takes it first', async () => {
    const preferredPort = portOf((await start()).address);
    const others = await Promise.all(
      [1, 2, 3].map(async () => {
        const other = await mkdtemp(join(tmpdir(), 'darkroom-server-test-'));
        undo.push(() => rm(other, { recursive: true, force: true }));
        return start({ dataDir: other, preferredPort });
      }),
    );
    expect(new Set(others.map(({ address }) => address)).size).toBe(3);
    expect(new Set(others.map(({ pid }) => pid)).size).toBe(3);
    for (const server of others) await startWorkflow(await clientOf(server));
  });
});

describe('a server that crashes', () => {
  test('restarts at the same address with its data', async () => {
    const server = await start();
    const client = await clientOf(server);
    await startWorkflow(client);
    const { address, pid } = server;
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => lines.some((line) => line.includes('is back at'))).toBe(true);
    expect(lines[0]).toContain(`Temporal (process ${pid}) ended unexpectedly: SIGKILL`);
    expect(server).toMatchObject({ address });
    expect(server.pid).not.toBe(pid);
    expect(await client.workflow.getHandle('kept').describe()).toMatchObject({ memo: { word: 'kept' } });
    await server.stop();
    expect(await survivors()).toEqual([]);
  });

  test('does not restart during a stop', async () => {
    const server = await start();
    process.kill(server.pid, 'SIGKILL');
    await expect.poll(() => lines.length).toBeGreaterThan(0);
    await server.stop();
    expect(await survivors()).toEqual([]);
  });

  test('leaves its data to the next one', async () => {
    const first = await start();
    await startWorkflow(await clientOf(first));
    await first.stop();
    const client = await clientOf(await start());
    expect(await client.workflow.getHandle('kept').describe()).toMatchObject({ memo: { word: 'kept' } });
  });
});

describe('a server that cannot start', () => {
  test('reports the reason, and leaves no process', async () => {
    await writeFile(
      join(dataDir, 'temporal.db'),
      'this is no database, whatever its name says\n'.repeat(200),
    );
    await expect(start()).rejects.toThrow(
      /Temporal ended as it started. It said last:\n.*file is not a database/s,
    );
    expect(await survivors()).toEqual([]);
  });

  test('reports a binary that cannot run', async () => {
    await expect(start({ binary: join(dataDir, 'missing') })).rejects.toThrow(
      'Temporal cannot be run: spawn',
    );
  });

  test('reports an address that is not of this machine', async () => {
    await expect(start({ ip: '192.0.2.1' })).rejects.toThrow('Temporal cannot listen on 192.0.2.1');
  });
});

describe('a server whose parent was killed with SIGKILL', () => {
  /** A process that starts a server and prints its pid and address. */
  async function parent(then = ''): Promise<{ child: ChildProcess; pid: number; address: string }> {
    const code = `
      const { startEmbeddedTemporal } = await import(${JSON.stringify(built)});
      const { pid, address } = await startEmbeddedTemporal(
        { binary: ${JSON.stringify(binary)}, dataDir: ${JSON.stringify(dataDir)}, preferredPort: 0, log: console.error });
      console.log(JSON.stringify({ pid, address }));
      ${then}`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    undo.push(() => child.kill('SIGKILL'));
    const [said] = await once(child.stdout, 'data');
    return { child, ...(JSON.parse(String(said)) as { pid: number; address: string }) };
  }

  async function orphan(): Promise<{ pid: number; address: string }> {
    const { child, pid, address } = await parent();
    undo.push(() => reapOrphan(dataDir));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await survivors()).toHaveLength(1);
    return { pid, address };
  }

  test('is stopped before the next one starts', async () => {
    const left = await orphan();
    await startWorkflow(await clientOf(left));
    const server = await start();
    expect(await survivors()).toHaveLength(1);
    expect(lines).toEqual([`A Temporal server that was left running (process ${left.pid}) is ended first`]);
    const client = await clientOf(server);
    expect(await client.workflow.getHandle('kept').describe()).toMatchObject({ memo: { word: 'kept' } });
  });

  test('is killed if it does not stop', async () => {
    const { pid } = await orphan();
    process.kill(pid, 'SIGSTOP');
    await reapOrphan(dataDir);
    expect(await survivors()).toEqual([]);
  });

  test('is stopped by a parent that exits without stopping it', async () => {
    await parent('process.exit(3);');
    await expect.poll(survivors).toEqual([]);
  });

  test.each([
    ['of another program', ['-e', 'setInterval(() => {}, 1000)']],
    [
      'of a server with another database',
      [
        '-e',
        'setInterval(() => {}, 1000)',
        'server',
        'start-dev',
        '--db-filename',
        '/elsewhere/temporal.db',
        '--ip',
      ],
    ],
  ])('leaves the process %s with the same pid', async (_, args) => {
    const bystander = spawn(process.execPath, args, { stdio: 'ignore' });
    undo.push(() => bystander.kill('SIGKILL'));
    await once(bystander, 'spawn');
    await writeFile(
      join(dataDir, 'temporal.pid'),
      JSON.stringify({ pid: bystander.pid, address: '127.0.0.1:1' }),
    );
    await start();
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    expect(lines).toEqual([]);
  });

  test('a damaged pid file is ignored', async () => {
    await writeFile(join(dataDir, 'temporal.pid'), '{"pid": 1');
    const server = await start();
    expect(JSON.parse(await readFile(join(dataDir, 'temporal.pid'), 'utf8'))).toEqual({
      pid: server.pid,
      address: server.address,
    });
  });
});
