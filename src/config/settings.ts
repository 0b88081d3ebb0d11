/** Every setting, in one table: variable, default, meaning. */
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { jsonObject } from './json-object.ts';
import {
  absolute,
  authentication,
  bytes,
  bytesEach,
  days,
  daysIfAny,
  inputRoots,
  limits,
  list,
  listen,
  listenIfAny,
  milliseconds,
  networks,
  numberEach,
  positive,
  provider,
  store,
} from './values.ts';

export interface Setting {
  readonly schema: z.ZodType;
  /** As it would stand in the environment; a function of the data directory where it lies below it. */
  readonly fallback: string | ((dataDir: string) => string);
  readonly meaning: string;
}

/** The table. `darkroom config` prints it; README and docs quote it. */
export const settings = {
  DARKROOM_LISTEN: {
    schema: listen,
    fallback: '127.0.0.1:8080',
    meaning: 'addresses to serve, comma-separated',
  },
  DARKROOM_DATA: {
    schema: absolute,
    fallback: './data',
    meaning: "what the embedded form keeps: Temporal's SQLite file, the object store, keys",
  },
  DARKROOM_CACHE: {
    schema: absolute,
    fallback: () => join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'darkroom'),
    meaning: 'what can be got again: the Temporal binary',
  },
  DARKROOM_STORE: {
    schema: store,
    fallback: (data) => `file:${join(data, 'store')}`,
    meaning:
      'object store: file:DIRECTORY, or s3://BUCKET/PREFIX with credentials, region and endpoint by the AWS_* variables',
  },
  DARKROOM_WORK: {
    schema: absolute,
    fallback: (data) => join(data, 'work'),
    meaning:
      'scratch space of workers; on the same disk as a file: store, results are moved instead of copied',
  },
  DARKROOM_S3_PUBLIC_URL: {
    schema: z.union(
      [z.enum(['', 'none']), z.url({ protocol: /^https?$/ })],
      'must be none, or an http or https URL',
    ),
    fallback: '',
    meaning:
      'address of the S3 server that clients reach, for links to its objects; none: they cannot, and links are to this server; default: AWS_ENDPOINT_URL_S3',
  },
  DARKROOM_INPUT_ROOTS: {
    schema: inputRoots,
    fallback: (data) => join(data, 'inputs'),
    meaning:
      'directories, comma-separated, that path inputs may lie in; /srv/{tenant} is one for each tenant, all:/srv/common one for all, any other for the tenant "public" alone',
  },
  DARKROOM_ALLOW_NETWORKS: {
    schema: networks,
    fallback: '',
    meaning: 'CIDRs, comma-separated, that asset and callback URLs may reach although private',
  },
  DARKROOM_AUTH: {
    schema: authentication,
    fallback: 'none',
    meaning: 'who may call: none (anybody, for loopback only), keys, oidc, or keys,oidc',
  },
  DARKROOM_OIDC_ISSUER: {
    schema: provider,
    fallback: '',
    meaning: 'with oidc: address of the identity provider, as it calls itself in its tokens',
  },
  DARKROOM_OIDC_AUDIENCE: {
    schema: z.string().transform(list),
    fallback: '',
    meaning: 'with oidc: what tokens for this server have as audience; several by comma',
  },
  DARKROOM_OIDC_TENANT_CLAIM: {
    schema: z.string(),
    fallback: 'tenant',
    meaning:
      'with oidc: the claim that names the tenant; none: all tokens are of the tenant "public", and share their jobs',
  },
  DARKROOM_OIDC_SCOPE: {
    schema: z.string(),
    fallback: '',
    meaning: 'with oidc: scope that every token must have; default: none',
  },
  DARKROOM_OIDC_WRITE_SCOPE: {
    schema: z.string(),
    fallback: '',
    meaning: 'with oidc: scope without which a token may only read; default: every token may change things',
  },
  DARKROOM_ALLOW_ANONYMOUS: {
    schema: z.stringbool(),
    fallback: '0',
    meaning: '1 permits anonymous use off loopback, behind a gateway that authenticates',
  },
  DARKROOM_PUBLIC_URL: {
    schema: z.union([z.literal(''), z.url({ protocol: /^https?$/ })], 'must be an http or https URL'),
    fallback: '',
    meaning:
      'address that clients know this server by, for links in callbacks; default: the first of DARKROOM_LISTEN',
  },
  DARKROOM_MASTER_KEY: {
    schema: z.string().transform(list),
    fallback: '',
    meaning:
      '32 bytes in base64, of which all secrets are derived; several by comma while rotating, the first is used; default: made in the data directory',
  },
  DARKROOM_MAX_ASSET_BYTES: {
    schema: bytes,
    fallback: '20G',
    meaning: 'largest asset that is fetched or uploaded',
  },
  DARKROOM_MAX_UPLOAD_BYTES: { schema: bytes, fallback: '20G', meaning: 'largest request with uploads' },
  DARKROOM_MAX_BODY_BYTES: { schema: bytes, fallback: '8M', meaning: 'largest JSON request body' },
  DARKROOM_ASSET_TIMEOUT_MS: {
    schema: positive,
    fallback: '30000',
    meaning: "wait for an asset server's answer, and for each further 64 KiB of it",
  },
  DARKROOM_CALLBACK_TIMEOUT_MS: {
    // One attempt is an activity that may take a minute.
    schema: positive.max(50_000),
    fallback: '15000',
    meaning: 'wait for the receiver of a callback',
  },
  DARKROOM_CALLBACK_SCHEDULE_MS: {
    schema: z
      .string()
      .transform((text): unknown[] => list(text))
      .pipe(z.array(milliseconds) as z.ZodType<number[], unknown[]>),
    fallback: '5000,300000,1800000,7200000,18000000,36000000,50400000,72000000,86400000',
    meaning: 'waits between the attempts of a callback after the first',
  },
  DARKROOM_CPU_SLOTS: {
    schema: positive,
    // One more than there are cores, so that none idles while the next stage is on its way.
    fallback: () => String(availableParallelism() + 1),
    meaning: 'computing stages that one worker runs at once; default: cores + 1',
  },
  DARKROOM_OPERATIONS: {
    schema: absolute,
    fallback: (data) => join(data, 'operations'),
    meaning: 'directory with operations of your own, a YAML file each; API and workers need the same',
  },
  DARKROOM_SLOTS: {
    schema: numberEach,
    fallback: '',
    meaning: 'stages that one worker runs at once for other capabilities, such as vm=2,3d=1; default: 1 each',
  },
  DARKROOM_MEMORY: {
    schema: bytesEach,
    fallback: '',
    meaning:
      'memory that the processes of a capability may take on one worker, shared by its slots, such as 3d=6G,vm=1G; default: half of the machine for each with engines or programs of its own',
  },
  DARKROOM_QUEUE_UNAVAILABLE: {
    schema: z.stringbool(),
    fallback: '0',
    meaning: '1 lets jobs wait for a worker with the engine that they need; 0 refuses them at submission',
  },
  DARKROOM_IO_SLOTS: {
    schema: positive,
    fallback: '50',
    meaning: 'downloads and other waiting steps that one worker runs at once',
  },
  DARKROOM_GUESTKIT_MAX_QUEUE_SIZE: {
    schema: positive,
    fallback: '1000',
    meaning: 'guestkit jobs of a tenant that may be pending at once; more are refused',
  },
  DARKROOM_TENANT_JOBS: {
    schema: limits,
    fallback: '',
    meaning:
      'jobs of a tenant that may be under way at once; more are refused (429); 100,acme=500 is 500 for acme, 100 for each other; default: any number',
  },
  DARKROOM_TASK_OPERATION: {
    schema: z.string(),
    fallback: 'image.gallery',
    meaning: 'operation of tasks (/api/v1/task) that name none',
  },
  DARKROOM_TASK_PARAMS: {
    schema: jsonObject,
    fallback: '',
    meaning: 'its parameters, a JSON object; default: {"as":"zip"} for image.gallery, else none',
  },
  DARKROOM_TASK_QUIET_SECONDS: {
    schema: z.coerce.number().min(0.1).max(86_400),
    fallback: '10',
    meaning: 'a task that did not say how many assets it has begins when none came for so long',
  },
  DARKROOM_TASK_ASSETS_PER_BATCH: {
    schema: positive.max(10_000),
    fallback: '100',
    meaning: 'assets that a task takes in one call',
  },
  DARKROOM_RETENTION_DAYS: {
    schema: positive,
    fallback: '30',
    meaning: "days that the embedded Temporal keeps ended jobs' histories; records and results outlive it",
  },
  DARKROOM_WORKER_METRICS: {
    schema: listenIfAny,
    fallback: '',
    meaning: 'address on which a worker answers Prometheus, such as 127.0.0.1:9464; default: none',
  },
  DARKROOM_KEEP_DAYS: {
    schema: daysIfAny,
    fallback: '',
    meaning:
      'days after its end that a job is kept, with its results, unless it says so itself (keep_days); default: for ever',
  },
  DARKROOM_KEEP_WORK_DAYS: {
    schema: days,
    fallback: '7',
    meaning:
      'days after the end of a job that fetched assets and checkpoints are kept; a rerun after that does all anew',
  },
  DARKROOM_GRACE_MS: {
    schema: milliseconds,
    fallback: '3000',
    meaning:
      'after SIGTERM: how long requests and steps that are under way may go on before they are cut off; the steps are then done again',
  },
  DARKROOM_LOG_LEVEL: {
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error'], 'must be trace, debug, info, warn or error'),
    fallback: 'info',
    meaning: 'least severity that is logged',
  },
} as const satisfies Record<string, Setting>;
