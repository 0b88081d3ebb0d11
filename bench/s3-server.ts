/** A real S3 server on this machine: the versitygw that the tests have built, or one on the PATH. */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../src/config/config.ts';
import { freePort } from '../src/temporal/embedded/ports.ts';

const HOST = '127.0.0.1';
const BUCKET = 'bench';

export interface S3Server {
  /** As in DARKROOM_STORE. */
  readonly address: string;
  /** By which the AWS SDK finds it. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Null when there is no such program here. */
export async function startS3Server(dataDir: string): Promise<S3Server | null> {
  const program = await findProgram();
  if (program === null) return null;
  const buckets = join(dataDir, 'buckets');
  // To this server a folder is a bucket.
  await mkdir(join(buckets, BUCKET), { recursive: true });
  const listen = `${HOST}:${await freePort(HOST, 0)}`;
  const endpoint = `http://${listen}`;
  const [access, secret] = [randomBytes(8).toString('hex'), randomBytes(16).toString('hex')];
  const server = spawn(program, ['--port', listen, '--keep-alive', '--quiet', 'posix', buckets], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], ROOT_ACCESS_KEY: access, ROOT_SECRET_KEY: secret },
  });
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  const gone = once(server, 'exit');
  // Any answer will do: without credentials it is a refusal.
  while (
    !(await fetch(endpoint).then(
      () => true,
      () => false,
    ))
  ) {
    if (server.exitCode !== null) throw new Error(`${program} ended with ${server.exitCode}`);
    await sleep(50);
  }
  return {
    address: `s3://${BUCKET}`,
    env: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: access,
      AWS_SECRET_ACCESS_KEY: secret,
    },
    stop: async () => {
      kill();
      await gone;
      process.off('exit', kill);
    },
  };
}

async function findProgram(): Promise<string | null> {
  const built = join(readConfig().DARKROOM_CACHE, 'test-servers');
  const versions = await readdir(built).catch(() => []);
  const candidates = [
    ...versions.map((version) => join(built, version, 'github.com_versity_versitygw_cmd_versitygw')),
    ...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'versitygw')),
  ];
  for (const path of candidates) {
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return null;
}
