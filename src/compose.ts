/** The one place that names concrete classes and wires them. */
import type { Client } from '@temporalio/client';
import { createActivities } from '../activities/index.ts';
import type { Activities } from '../activities/types.ts';
import { loadOperations } from '../operations/command/load.ts';
import { builtIn, createRegistry, type Registry } from '../operations/registry.ts';
import { type Authenticate, authenticateBy } from './auth/authenticate.ts';
import type { Keyring } from './auth/keyring.ts';
import { createKeyAuthenticator } from './auth/keys.ts';
import { loadKeyring } from './auth/load-keyring.ts';
import { createOidcAuthenticator } from './auth/oidc.ts';
import type { Config } from './config/config.ts';
import { callbackBody } from './dialects/load.ts';
import { detectCapabilities, type Slots } from './engines/worker-capabilities.ts';
import { Jobs } from './jobs/jobs.ts';
import { Retention } from './jobs/lifecycle/retention.ts';
import type { RetentionPolicy } from './jobs/model/run-input.ts';
import type { UsageLedger } from './jobs/model/usage.ts';
import type { JobArchive } from './jobs/ports/job-archive.ts';
import type { JobRuntime } from './jobs/ports/job-runtime.ts';
import { tenantQuotas } from './jobs/submit/concurrency-quota.ts';
import { JobSubmissions } from './jobs/submit/job-submissions.ts';
import { Semaphore } from './lib/semaphore.ts';
import { createGuardedHttp, refusalOf } from './net/guarded-http.ts';
import { ApiKeyStore } from './storage/api-keys.ts';
import { createJobArchive, createRunFiles } from './storage/archive.ts';
import { openStore } from './storage/drivers.ts';
import type { ObjectStore } from './storage/object-store.ts';
import { StoredUsage } from './storage/usage.ts';
import { createClient, type TemporalTarget } from './temporal/connection.ts';
import { TemporalRuntime } from './temporal/runtime.ts';

/** What the API is made of. */
export interface Api {
  readonly client: Client;
  readonly runtime: JobRuntime;
  readonly jobs: Jobs;
  readonly submissions: JobSubmissions;
  readonly store: ObjectStore;
  readonly usage: UsageLedger;
  readonly operations: Registry;
  /** Null: nobody logs in. */
  readonly authenticate: Authenticate | null;
}

export async function composeApi(config: Config, target: TemporalTarget): Promise<Api> {
  const { store, keys, archive, operations } = await composeShared(config);
  const client = createClient(target);
  const runtime = new TemporalRuntime(client, operations.capabilities);
  const quotas = tenantQuotas(runtime, config.DARKROOM_TENANT_JOBS);
  const jobs = new Jobs({ runtime, archive, quotas });
  const submissions = new JobSubmissions(
    {
      runtime,
      archive,
      operations,
      quotas,
      fingerprints: (text) => keys.fingerprints(text),
      whyUrlRejected: (url) => refusalOf(url, config.DARKROOM_ALLOW_NETWORKS),
      retention: retentionPolicyOf(config),
      callbackScheduleMs: config.DARKROOM_CALLBACK_SCHEDULE_MS,
      queueUnavailable: config.DARKROOM_QUEUE_UNAVAILABLE,
    },
    jobs,
  );
  const authenticate = authenticationBy(config, store);
  return {
    client,
    runtime,
    jobs,
    submissions,
    store,
    usage: new StoredUsage(store),
    operations,
    authenticate,
  };
}

function authenticationBy(config: Config, store: ObjectStore): Authenticate | null {
  const { DARKROOM_AUTH: kinds, DARKROOM_OIDC_TENANT_CLAIM: claim } = config;
  const kindOf = {
    keys: () => createKeyAuthenticator(new ApiKeyStore(store)),
    oidc: () =>
      createOidcAuthenticator({
        issuer: config.DARKROOM_OIDC_ISSUER,
        audience: config.DARKROOM_OIDC_AUDIENCE,
        tenantClaim: claim === 'none' ? null : claim,
        scope: config.DARKROOM_OIDC_SCOPE || null,
        writeScope: config.DARKROOM_OIDC_WRITE_SCOPE || null,
      }),
  };
  return kinds.length === 0 ? null : authenticateBy(kinds.map((kind) => kindOf[kind]()));
}

/** Opens the store of API keys alone. */
export const openKeys = async (config: Config): Promise<ApiKeyStore> =>
  new ApiKeyStore(await openStore(config.DARKROOM_STORE, config));

export interface WorkerParts {
  readonly activities: Activities;
  readonly slots: Slots;
  /** What comes to be offered later, when somebody installs what it needs. */
  readonly later: (stop: AbortSignal) => AsyncIterable<Slots>;
}

/**
 * `scratch`: a directory for this process alone. `only`: capabilities to offer; not given, all that this machine can. Throws
 * ConfigError when one of them cannot be offered.
 */
export async function composeWorker(
  config: Config,
  client: Client,
  scratch: string,
  only?: readonly string[],
): Promise<WorkerParts> {
  const { store, keys, archive, operations } = await composeShared(config);
  const runtime = new TemporalRuntime(client, operations.capabilities);
  const offer = await detectCapabilities(config, operations, only);
  const activities = createActivities({
    ...createRunFiles(store),
    archive,
    retention: new Retention({ runtime, archive, usage: new StoredUsage(store) }),
    keys,
    http: createGuardedHttp({ allowNetworks: config.DARKROOM_ALLOW_NETWORKS }),
    operation: (name) => operations.operation(name),
    engine: offer.engine,
    memoryOf: offer.memoryOf,
    inputRoots: config.DARKROOM_INPUT_ROOTS,
    workDir: scratch,
    maxAssetBytes: config.DARKROOM_MAX_ASSET_BYTES,
    assetTimeoutMs: config.DARKROOM_ASSET_TIMEOUT_MS,
    downloadSlots: new Semaphore(config.DARKROOM_IO_SLOTS),
    callbackTimeoutMs: config.DARKROOM_CALLBACK_TIMEOUT_MS,
    publicUrl: config.publicUrl,
    callbackBody,
  });
  return { activities, slots: offer.slots, later: offer.later };
}

const DAY_MS = 24 * 60 * 60 * 1000;

const retentionPolicyOf = ({
  DARKROOM_KEEP_DAYS: days,
  DARKROOM_KEEP_WORK_DAYS: workDays,
}: Config): RetentionPolicy => ({
  jobMs: days === null ? null : days * DAY_MS,
  workMs: workDays * DAY_MS,
});

/** Opens the object store, and loads the master keys that its secrets are encrypted with. */
export async function sealedStore(config: Config): Promise<{ store: ObjectStore; keys: Keyring }> {
  const keys = await loadKeyring(config.DARKROOM_MASTER_KEY, config.DARKROOM_DATA);
  return { store: await openStore(config.DARKROOM_STORE, config), keys };
}

async function composeShared(
  config: Config,
): Promise<{ store: ObjectStore; keys: Keyring; archive: JobArchive; operations: Registry }> {
  const { store, keys } = await sealedStore(config);
  const own = await loadOperations(config.DARKROOM_OPERATIONS);
  const operations = createRegistry([...builtIn, ...own]);
  return { keys, store, archive: createJobArchive(store, keys), operations };
}
