/** A PostgreSQL of our own: private directory, private port, gone afterwards. */
import { execFile } from 'node:child_process';
import { access, chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type Child, startChild } from '../child.ts';
import { freePort } from '../ports.ts';
import { until } from './until.ts';

const run = promisify(execFile);
const HOST = '127.0.0.1';

export interface Postgres {
  readonly host: string;
  readonly port: number;
  /** Of a role that may create databases. */
  readonly user: string;
  readonly password: string;
  dispose(): Promise<void>;
}

/** Throws an Error that says what to install when there is none on this machine. */
export async function startPostgres(): Promise<Postgres> {
  const programs = await findPrograms();
  const owner = await unprivileged();
  // Not TMPDIR, which may be a path that the other user cannot follow.
  const directory = await mkdtemp('/tmp/darkroom-postgres-');
  let server: Child | undefined;
  const dispose = async () => {
    // Fast shutdown: clients are cut off, and what was committed is on disk.
    await server?.end('SIGINT');
    await rm(directory, { recursive: true, force: true });
  };
  try {
    if (owner) await chown(directory, owner.uid, owner.gid);
    const data = join(directory, 'data');
    const environment = { ...owner, cwd: directory, env: { PATH: process.env['PATH'], LC_ALL: 'C' } };
    const init = ['-D', data, '-U', 'temporal', '--auth=trust', '--encoding=UTF8', '--no-locale'];
    await run(join(programs, 'initdb'), init, environment);
    const port = await freePort();
    server = await startChild(
      join(programs, 'postgres'),
      ['-D', data, '-h', HOST, '-p', String(port), '-k', directory, '-c', 'max_connections=200'],
      environment,
    );
    await until('PostgreSQL', server, () => run(join(programs, 'pg_isready'), ['-h', HOST, '-p', `${port}`]));
    return { host: HOST, port, user: 'temporal', password: 'not asked for', dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Debian keeps the programs of each version in a folder that is not on PATH. */
async function findPrograms(): Promise<string> {
  const debian = '/usr/lib/postgresql';
  const versions = (await readdir(debian).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
    ...versions.map((version) => join(debian, version, 'bin')),
  ];
  for (const folder of folders) {
    const found = ['initdb', 'postgres', 'pg_isready'].map((program) => access(join(folder, program)));
    if (
      await Promise.all(found).then(
        () => true,
        () => false,
      )
    )
      return folder;
  }
  throw new Error(
    'There is no PostgreSQL on this machine, which this test needs: apt-get install postgresql',
  );
}

/** PostgreSQL refuses to run as root, so then it runs as a user that may do nothing else. */
async function unprivileged(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]).catch(() => null);
    if (ids) return { uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) };
  }
  throw new Error('PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody"');
}
