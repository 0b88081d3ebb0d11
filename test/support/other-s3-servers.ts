/** S3 servers by other makers than that of s3-server.ts: moto in Python and S3Proxy in Java. Both keep objects in memory. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { motoDirectory, s3ProxyDirectory } from '../../scripts/test-servers.mjs';
import { startChild } from './child.ts';
import { until } from './cluster/until.ts';
import { freePort } from './ports.ts';

const HOST = '127.0.0.1';

export interface OtherS3Server {
  readonly bucket: string;
  /** Endpoint, region and credentials as variables of a process. */
  readonly env: Readonly<Record<string, string>>;
  dispose(): Promise<void>;
}

/** How to run a server: its program, and the files that it reads in its current directory. */
interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

const credentials = { accessKeyId: 'darkroom', secretAccessKey: 'secret of the tests' };

export interface OtherS3Program {
  readonly name: string;
  /** Directory into which scripts/test-programs.mjs installs it. */
  readonly directory: string;
  /** What it needs to be installed. */
  readonly needs: string;
  /** Whether it rejects links with a wrong signature. */
  readonly checksLinks: boolean;
  launch(port: number): Launch;
}

export const moto: OtherS3Program = {
  name: 'moto',
  directory: motoDirectory,
  needs: 'Python with pip',
  // It accepts any signature, and answers 403 to a link to a missing object.
  checksLinks: false,
  launch: (port) => ({
    command: 'python3',
    args: ['-m', 'moto.server', '--host', HOST, '--port', String(port)],
    env: { PYTHONPATH: motoDirectory },
  }),
};

export const s3Proxy: OtherS3Program = {
  name: 'S3Proxy',
  directory: s3ProxyDirectory,
  needs: 'Java and Maven',
  checksLinks: true,
  launch: (port) => ({
    command: 'java',
    args: [
      // The quick compiler only: the start takes most of the time.
      '-XX:TieredStopAtLevel=1',
      '-Dlogback.configurationFile=logback.xml',
      ...['-cp', join(s3ProxyDirectory, '*')],
      ...['org.gaul.s3proxy.Main', '--properties', 's3proxy.conf'],
    ],
    files: {
      'logback.xml': '<configuration><root level="WARN"/></configuration>',
      's3proxy.conf': [
        `s3proxy.endpoint=http://${HOST}:${port}`,
        's3proxy.authorization=aws-v2-or-v4',
        `s3proxy.identity=${credentials.accessKeyId}`,
        `s3proxy.credential=${credentials.secretAccessKey}`,
        'jclouds.provider=transient-nio2',
        'jclouds.identity=unused',
        'jclouds.credential=unused',
      ].join('\n'),
    },
  }),
};

/** Starts a server with an empty bucket. */
export async function startOtherS3Server(program: OtherS3Program): Promise<OtherS3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-s3-other-'));
  const port = await freePort();
  const { command, args, env = {}, files = {} } = program.launch(port);
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  const server = await startChild(command, args, { cwd: directory, env: { ...process.env, ...env } });
  const endpoint = `http://${HOST}:${port}`;
  await until(program.name, server, () => fetch(endpoint));
  const region = 'us-east-1';
  const bucket = 'photographs';
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return {
    bucket,
    env: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    dispose: async () => {
      await server.end('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}
