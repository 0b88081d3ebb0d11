/** The deployment form, run here without containers: Temporal on PostgreSQL, and parts of darkroom beside it. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { type Child, startChild } from './child.ts';
import { startPostgres } from './cluster/postgres.ts';
import { startTemporal, type TemporalPrograms, type TemporalServer } from './cluster/temporal.ts';
import { type Darkroom, startDarkroom } from './server.ts';

const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

export const NAMESPACE = 'darkroom';

export interface Cluster {
  readonly temporal: TemporalServer;
  /** Of the namespace that darkroom is given. */
  readonly client: Client;
  /** What all parts are given. */
  readonly env: Readonly<Record<string, string>>;
  /** Waits for nothing: Temporal, the namespace or workers may be missing. */
  startApi(): Promise<Darkroom>;
  /** Each with directories of its own, which a test may take away. */
  startWorker(): Promise<WorkerPart>;
  createNamespace(): Promise<void>;
  /** Ends all parts and servers, whatever state they are in, and removes their data. */
  dispose(): Promise<void>;
}

export interface WorkerPart extends Child {
  /** As Temporal's histories name it. */
  readonly identity: RegExp;
  /** Kills it at once, and takes its disk away. */
  lose(): Promise<void>;
}

/** `store`: the variables that name the object store. */
export async function startCluster(
  programs: TemporalPrograms,
  store: Readonly<Record<string, string>>,
): Promise<Cluster> {
  const disposals: (() => Promise<unknown>)[] = [];
  const dispose = async () => {
    for (const end of disposals.splice(0).reverse()) await end();
  };
  try {
    const root = await mkdtemp(join(tmpdir(), 'darkroom-cluster-'));
    disposals.push(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));
    const postgres = await startPostgres();
    disposals.push(() => postgres.dispose());
    const temporal = await startTemporal(programs, postgres);
    disposals.push(() => temporal.dispose());
    const connection = await Connection.connect({ address: temporal.address });
    disposals.push(() => connection.close());
    const env = {
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: NAMESPACE,
      DARKROOM_MASTER_KEY: randomBytes(32).toString('base64'),
      DARKROOM_ALLOW_NETWORKS: '127.0.0.0/8',
      DARKROOM_LOG_LEVEL: 'warn',
      ...store,
    };
    return {
      temporal,
      env,
      client: new Client({ connection, namespace: NAMESPACE }),
      createNamespace: () => createNamespace(connection),
      startApi: async () => {
        const dataDir = await mkdtemp(join(root, 'api-'));
        const api = await startDarkroom({ command: 'api', env, dataDir, skipReadiness: true });
        disposals.push(() => api.dispose());
        return api;
      },
      startWorker: async () => {
        const worker = await startWorker(env, await mkdtemp(join(root, 'worker-')));
        disposals.push(() => worker.end('SIGKILL'));
        return worker;
      },
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function startWorker(env: Readonly<Record<string, string>>, directory: string): Promise<WorkerPart> {
  const own = { DARKROOM_DATA: join(directory, 'data'), DARKROOM_WORK: join(directory, 'work') };
  await mkdir(own.DARKROOM_DATA);
  const child = await startChild(process.execPath, [main, 'worker'], {
    cwd: directory,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env, ...own },
  });
  return {
    ...child,
    identity: new RegExp(`^${child.pid}@`),
    lose: async () => {
      await child.end('SIGKILL');
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** As an administrator does it; the server's parts learn of it within seconds. */
async function createNamespace({ workflowService }: Connection): Promise<void> {
  await workflowService.registerNamespace({
    namespace: NAMESPACE,
    workflowExecutionRetentionPeriod: { seconds: (72 * 3600) as never },
  });
}
