/** A real S3 server with one bucket, on a directory of its own: versitygw, built the first time. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, startChild } from './child.ts';
import { goBinary } from './cluster/go-binary.ts';
import { until } from './cluster/until.ts';
import { freePort } from './ports.ts';

const HOST = '127.0.0.1';
const REGION = 'us-east-1';

/** Path of the program. The first time it is built, which takes minutes: longer than a hook may take by default. */
export const s3Program = (): Promise<string> =>
  goBinary('versitygw', 'github.com/versity/versitygw/cmd/versitygw');
export const BUILD_MS = 900_000;

export interface S3Server {
  readonly endpoint: string;
  readonly bucket: string;
  /** Directory in which the server keeps the bucket. */
  readonly directory: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The same, as variables of a process. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends it at once, with all connections. */
  stop(): Promise<void>;
  /** On the same port and directory, after `stop`. */
  start(): Promise<void>;
  dispose(): Promise<void>;
}

export async function startS3Server(): Promise<S3Server> {
  const program = await s3Program();
  const root = await mkdtemp(join(tmpdir(), 'darkroom-s3-'));
  const bucket = 'photographs';
  const directory = join(root, 'buckets', bucket);
  // To this server a folder is a bucket.
  await mkdir(directory, { recursive: true });
  const address = `${HOST}:${await freePort()}`;
  const endpoint = `http://${address}`;
  const credentials = {
    accessKeyId: randomBytes(8).toString('hex'),
    secretAccessKey: randomBytes(16).toString('hex'),
  };
  const launch = async (): Promise<Child> => {
    const server = await startChild(
      program,
      ['--port', address, '--region', REGION, '--keep-alive', '--quiet', 'posix', join(root, 'buckets')],
      {
        cwd: root,
        env: {
          PATH: process.env['PATH'],
          ROOT_ACCESS_KEY: credentials.accessKeyId,
          ROOT_SECRET_KEY: credentials.secretAccessKey,
        },
      },
    );
    // Any answer will do: without credentials it is a refusal.
    await until('The S3 server', server, () => fetch(endpoint));
    return server;
  };
  let server = await launch();
  return {
    endpoint,
    bucket,
    directory,
    region: REGION,
    credentials,
    env: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    stop: () => server.end('SIGKILL'),
    start: async () => {
      server = await launch();
    },
    dispose: async () => {
      await server.end('SIGKILL');
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
