/** An S3 server on this machine: the versitygw that the tests have built, or one on the PATH. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../src/config/config.ts';
import { freePort } from '../src/temporal/embedded/ports.ts';

const HOST = '127.0.0.1';
const BUCKET = 'bench';

export interface S3Server {
  /** Where it keeps the objects, each as a file. */
  readonly directory: string;
  /** As in DARKROOM_STORE. */
  readonly address: string;
  /** Variables with which the AWS SDK finds the server. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
  /** On the same port and with the same objects, after `stop`. */
  start(): Promise<void>;
}

/** Returns null if versitygw is not installed. */
export async function startS3Server(dataDir: string): Promise<S3Server | null> {
  const program = await findProgram();
  if (program === null) return null;
  const buckets = join(dataDir, 'buckets');
  // versitygw serves each directory as a bucket.
  await mkdir(join(buckets, BUCKET), { recursive: true });
  const listen = `${HOST}:${await freePort(HOST, 0)}`;
  const endpoint = `http://${listen}`;
  const [access, secret] = [randomBytes(8).toString('hex'), randomBytes(16).toString('hex')];
  const launch = async () => {
    const server = spawn(program, ['--port', listen, '--keep-alive', '--quiet', 'posix', buckets], {
      stdio: 'ignore',
      env: { PATH: process.env['PATH'], ROOT_ACCESS_KEY: access, ROOT_SECRET_KEY: secret },
    });
    const kill = () => server.kill('SIGKILL');
    process.once('exit', kill);
    const exited = once(server, 'exit');
    // Any response will do. Without credentials it is an error.
    while (!(await fetch(endpoint).catch(() => null))) {
      if (server.exitCode !== null) throw new Error(`${program} ended with ${server.exitCode}`);
      await sleep(50);
    }
    return async () => {
      kill();
      await exited;
      process.off('exit', kill);
    };
  };
  let stop = await launch();
  return {
    directory: join(buckets, BUCKET),
    address: `s3://${BUCKET}`,
    env: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: access,
      AWS_SECRET_ACCESS_KEY: secret,
    },
    stop: () => stop(),
    start: async () => {
      stop = await launch();
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
  return candidates.find((path) => existsSync(path)) ?? null;
}
