/** Temporal's real server, as a cluster runs it, on PostgreSQL: all its services in one process. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { startChild } from '../child.ts';
import { freePort } from '../ports.ts';
import { goBinary } from './go-binary.ts';
import type { Postgres } from './postgres.ts';
import { until } from './until.ts';

const run = promisify(execFile);
const HOST = '127.0.0.1';
/** What docker-compose.yml gives to its server. */
const dynamicConfig = fileURLToPath(new URL('../../../deploy/temporal/dynamic-config.yaml', import.meta.url));

export interface TemporalPrograms {
  readonly server: string;
  readonly sqlTool: string;
}

/**
 * Builds them the first time, which takes minutes. Later patch releases than that of go/temporal-server/go.mod need a later Go
 * than darkroom asks for.
 */
export async function temporalPrograms(): Promise<TemporalPrograms> {
  const build = (path: string) => goBinary('temporal-server', `go.temporal.io/server/${path}`);
  return { server: await build('cmd/server'), sqlTool: await build('cmd/tools/sql') };
}

export interface TemporalServer {
  readonly address: string;
  /** Kills it. */
  kill(): Promise<void>;
  /** On the same ports and databases, after `kill`. */
  start(): Promise<void>;
  dispose(): Promise<void>;
}

/** Makes the databases and starts the server; there is no namespace yet but Temporal's own. */
export async function startTemporal(programs: TemporalPrograms, postgres: Postgres): Promise<TemporalServer> {
  await makeDatabase(programs.sqlTool, postgres, 'temporal');
  await makeDatabase(programs.sqlTool, postgres, 'visibility');
  const ports: number[] = [];
  while (ports.length < 8) ports.push(await freePort());
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-temporal-'));
  const configFile = join(directory, 'server.json');
  await writeFile(configFile, JSON.stringify(configuration(postgres, ports)));
  const address = `${HOST}:${ports[0]}`;

  const launch = async () => {
    const child = await startChild(programs.server, [
      '--config-file',
      configFile,
      '--allow-no-auth',
      'start',
    ]);
    await until('Temporal', child, async () => {
      const connection = await Connection.connect({ address, connectTimeout: '1s' });
      await connection.close();
    });
    return child;
  };
  let child = await launch();
  return {
    address,
    kill: () => child.end('SIGKILL'),
    start: async () => {
      child = await launch();
    },
    dispose: async () => {
      await child.end('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function makeDatabase(
  sqlTool: string,
  postgres: Postgres,
  schema: 'temporal' | 'visibility',
): Promise<void> {
  const { host, port, user, password } = postgres;
  const where = ['--plugin', 'postgres12', '--ep', host, '-p', String(port), '-u', user, '--pw', password];
  const steps = [
    ['create-database'],
    ['setup-schema', '-v', '0.0'],
    ['update-schema', '--schema-name', `postgresql/v12/${schema}`],
  ];
  for (const step of steps) await run(sqlTool, [...where, '--db', schema, ...step]);
}

/** As https://docs.temporal.io/references/configuration has it; YAML is a superset of JSON. */
function configuration({ host, port, user, password }: Postgres, ports: readonly number[]): object {
  const datastore = (databaseName: string) => ({
    sql: {
      pluginName: 'postgres12',
      connectAddr: `${host}:${port}`,
      connectProtocol: 'tcp',
      databaseName,
      user,
      password,
      maxConns: 20,
      maxIdleConns: 20,
      maxConnLifetime: '1h',
    },
  });
  const services = ['frontend', 'matching', 'history', 'worker'].map((service, index) => [
    service,
    { rpc: { grpcPort: ports[index], membershipPort: ports[index + 4], bindOnIP: HOST } },
  ]);
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: 4,
      datastores: { default: datastore('temporal'), visibility: datastore('visibility') },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: HOST } },
    services: Object.fromEntries(services) as object,
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `${HOST}:${ports[0]}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicConfig, pollInterval: '10s' },
  };
}
