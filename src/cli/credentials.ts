/** `darkroom credentials`: credentials of the tenant for buckets on S3 servers. */
import type { Command } from 'commander';
import type { CredentialsView, S3Keys } from '../client/types.ts';
import { formatAge } from '../lib/units.ts';
import { connect, printJson, type ServerOptions, say, withServer } from './connection.ts';
import { UsageError } from './exit-code.ts';
import { columns } from './terminal/columns.ts';

interface CreateOptions extends ServerOptions {
  readonly bucket: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly pathStyle?: boolean;
}

const KEYS = 'AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for temporary keys, AWS_SESSION_TOKEN';

export function define(command: Command): void {
  withServer(
    command
      .command('create')
      .argument('<name>', 'name by which jobs use them')
      .description(`store the keys in ${KEYS}, once the server of the bucket accepts them`)
      .requiredOption('--bucket <name>', 'bucket that they are for')
      .option('--endpoint <url>', 'address of the S3 server; default: that of Amazon')
      .option('--region <name>', 'region of the bucket; default: us-east-1')
      .option('--no-path-style', 'with an endpoint: the bucket is in the host of addresses, not in the path'),
  ).action(create);
  withServer(command.command('list').description('list credentials, without keys')).action(list);
  withServer(
    command
      .command('rotate')
      .argument('<name>', 'name of the credentials')
      .description(`replace the keys by those in ${KEYS}`),
  ).action(async (name: string, options: ServerOptions) => {
    const rotated = await connect(options).credentials.rotate(name, readKeys());
    if (options.json) return printJson(rotated);
    say(
      `Credentials ${name} have the access key ${rotated.access_key_id} now; the old keys are no longer used`,
    );
  });
  withServer(
    command
      .command('revoke')
      .argument('<name>', 'name of the credentials')
      .description('delete credentials; jobs that need them fail from then on'),
  ).action(async (name: string, options: ServerOptions) => {
    await connect(options).credentials.revoke(name);
    if (options.json) return printJson({ name });
    say(`Credentials ${name} are deleted`);
  });
}

async function create(
  name: string,
  { bucket, endpoint, region, pathStyle, ...options }: CreateOptions,
): Promise<void> {
  const place = {
    bucket,
    endpoint,
    region: region ?? 'us-east-1',
    path_style: pathStyle === false ? false : undefined,
  };
  const created = await connect(options).credentials.create({ name, ...place, ...readKeys() });
  if (options.json) return printJson(created);
  say(`Credentials ${name} for bucket ${bucket} are stored; the server of the bucket accepts them`);
}

async function list(options: ServerOptions): Promise<void> {
  const credentials = await connect(options).credentials.list();
  if (options.json) return printJson({ credentials });
  if (credentials.length === 0) return say('No credentials; "darkroom credentials create" stores some');
  const toRow = ({
    name,
    bucket,
    endpoint,
    region,
    access_key_id,
    created_at,
    rotated_at,
  }: CredentialsView) => [
    name,
    bucket,
    endpoint ?? `Amazon, ${region}`,
    access_key_id,
    formatAge(Date.parse(rotated_at ?? created_at)),
  ];
  console.log(columns([['NAME', 'BUCKET', 'SERVER', 'ACCESS KEY', 'KEYS SET'], ...credentials.map(toRow)]));
}

/** Keys come from the environment only: other users of the machine can read command lines. */
function readKeys(): S3Keys {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = process.env;
  if (!id || !secret) throw new UsageError(`Set ${KEYS} to the keys`);
  return { access_key_id: id, secret_access_key: secret, ...(token ? { session_token: token } : {}) };
}
