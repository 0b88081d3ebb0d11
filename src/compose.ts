/** The composition root: the only place that names concrete classes and connects them. */
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { ActivityDependencies } from '../activities/dependencies.ts';
import { DurableStages } from '../activities/durable-stages.ts';
import { EqualWork } from '../activities/equal-work.ts';
import { createActivities, createAloneActivities } from '../activities/index.ts';
import { ActivityJournal } from '../activities/journal.ts';
import { LocalAttempts } from '../activities/local-attempts.ts';
import type { RunAlone } from '../activities/run-alone.ts';
import type { Activities, JobActivities } from '../activities/types.ts';
import { loadOperations } from '../operations/command/load.ts';
import { readPictureFacts } from '../operations/lib/picture-facts.ts';
import { limitsByPixels } from '../operations/lib/picture-process/limits.ts';
import { PicturePool } from '../operations/lib/picture-process/picture-pool.ts';
import { detectSandbox, type Sandbox, type SandboxMode } from '../operations/lib/sandbox/sandbox.ts';
import type { Operation } from '../operations/operation.ts';
import { readOperationsVersion } from '../operations/operations-version.ts';
import { builtIn, createRegistry, type Registry } from '../operations/registry.ts';
import { limitAssets } from './api/limits/asset-limits.ts';
import type { Authenticate } from './auth/authenticate.ts';
import type { Keyring } from './auth/keyring.ts';
import { createDestinations } from './buckets/destinations.ts';
import { TenantBuckets } from './buckets/tenant-buckets.ts';
import { createTenantCredentials } from './buckets/tenant-credentials.ts';
import { createRunAlone } from './cli/run-alone.ts';
import { composeAuthentication } from './compose-authentication.ts';
import { composeClientLimits, composeTenantJobs } from './compose-limits.ts';
import { createNetworkPolicies } from './compose-network.ts';
import { sealedStore } from './compose-store.ts';
import type { Config } from './config/config.ts';
import { callbackBody } from './dialects/load.ts';
import { detectCapabilities, type Slots } from './engines/worker-capabilities.ts';
import { Jobs } from './jobs/jobs.ts';
import { Retention } from './jobs/lifecycle/retention.ts';
import type { RetentionPolicy } from './jobs/model/run-input.ts';
import type { UsageLedger } from './jobs/model/usage.ts';
import type { Credentials } from './jobs/ports/credentials.ts';
import type { JobArchive } from './jobs/ports/job-archive.ts';
import type { JobRuntime } from './jobs/ports/job-runtime.ts';
import type { Templates } from './jobs/ports/templates.ts';
import { tenantQuotas } from './jobs/submit/concurrency-quota.ts';
import { JobSubmissions } from './jobs/submit/job-submissions.ts';
import { StorageQuota } from './jobs/submit/storage-quota.ts';
import { machineMemory } from './lib/machine-memory.ts';
import { ConfigError } from './lib/settings/config-error.ts';
import { SharedSlots } from './lib/shared-slots.ts';
import { DAY_MS } from './lib/units.ts';
import { createNameResolver } from './net/dns/resolver.ts';
import { createGuardedHttp } from './net/guarded-http.ts';
import { createJobArchive, createRunFiles } from './storage/archive.ts';
import { AuditStore } from './storage/audit.ts';
import { createCredentialStore } from './storage/credentials.ts';
import type { ObjectStore } from './storage/object-store.ts';
import { createOpenUploads } from './storage/open-uploads.ts';
import { measureStoredBytes } from './storage/stored-bytes.ts';
import { createTemplateStore } from './storage/templates.ts';
import { StoredUsage } from './storage/usage.ts';
import { loadBuiltIn } from './templates/built-in.ts';
import { createTenantTemplates } from './templates/tenant-templates.ts';
import { createClient, type TemporalTarget } from './temporal/connection.ts';
import { TemporalRuntime } from './temporal/runtime.ts';

/** Parts that replace those of the configuration: for tests, and for tools that need only some of them. */
export interface Overrides {
  readonly client?: Client;
  readonly store?: ObjectStore;
  readonly keys?: Keyring;
  /** Besides the built-in ones; instead of those in DARKROOM_OPERATIONS. */
  readonly operations?: readonly Operation[];
  readonly archive?: JobArchive;
  readonly runtime?: JobRuntime;
  readonly jobs?: Jobs;
  readonly runAlone?: RunAlone;
  readonly pictures?: WorkerPictures;
}

/** The parts of an API process. */
export interface Api {
  readonly client: Client;
  readonly runtime: JobRuntime;
  readonly archive: JobArchive;
  readonly jobs: Jobs;
  readonly submissions: JobSubmissions;
  readonly store: ObjectStore;
  readonly usage: UsageLedger;
  readonly credentials: Credentials;
  readonly templates: Templates;
  readonly audit: AuditStore;
  /** Returns a keyed digest of a link. */
  readonly signLink: (text: string) => string;
  /** Encrypts sessions of browsers. */
  readonly keys: Pick<Keyring, 'seal' | 'open'>;
  readonly operations: Registry;
  /** Null without authentication. */
  readonly authenticate: Authenticate | null;
}

/**
 * Builds the parts of an API process. Neither Temporal nor the store need to be reachable yet.
 *
 * @throws {ConfigError} When the master key or a command operation cannot be used.
 */
export async function composeApi(
  config: Config,
  target: TemporalTarget,
  overrides: Overrides = {},
): Promise<Api> {
  const { store, keys, archive, operations } = await composeShared(config, overrides);
  const client = overrides.client ?? createClient(target);
  const runtime = overrides.runtime ?? new TemporalRuntime(client, operations.capabilities, config.publicUrl);
  const resolver = createNameResolver();
  const policies = createNetworkPolicies(config, target, resolver);
  const guard = { policy: policies.general, resolver };
  const quotas = tenantQuotas(runtime, composeTenantJobs(config));
  const templates = createTenantTemplates(createTemplateStore(store), operations, await loadBuiltIn());
  const jobs = overrides.jobs ?? new Jobs({ runtime, archive, quotas });
  const submissions = new JobSubmissions(
    {
      runtime,
      archive,
      operations,
      templates,
      quotas,
      storageQuota: new StorageQuota({
        measure: (tenant, enough) => measureStoredBytes(store, tenant, enough),
        limitOf: config.DARKROOM_TENANT_BYTES ?? (() => Number.POSITIVE_INFINITY),
      }),
      admitAssets: limitAssets(composeClientLimits(config).assets),
      fingerprints: (text) => keys.fingerprints(text),
      bucketObjects: new TenantBuckets(createCredentialStore(store, keys), guard),
      whyUrlRejected: (url, purpose) => {
        const isLocal = purpose === 'callbacks' && policies.mayReachLoopback(url);
        return policies[isLocal ? 'loopback' : 'general'].findRefusal(url);
      },
      mayReachLoopback: policies.mayReachLoopback,
      retention: toRetentionPolicy(config),
      firstAssetMs: config.DARKROOM_FIRST_ASSET_DAYS * DAY_MS,
      nextAssetMs: config.DARKROOM_NEXT_ASSET_DAYS * DAY_MS,
      callbackScheduleMs: config.DARKROOM_CALLBACK_SCHEDULE_MS,
      queueUnavailable: config.DARKROOM_QUEUE_UNAVAILABLE,
    },
    jobs,
  );
  return {
    client,
    runtime,
    archive,
    jobs,
    submissions,
    store,
    usage: new StoredUsage(store),
    credentials: createTenantCredentials(createCredentialStore(store, keys), guard),
    templates,
    audit: new AuditStore(store),
    signLink: (text) => keys.signLink(text),
    keys,
    operations,
    authenticate: composeAuthentication(config, store),
  };
}

interface WorkerOptions {
  readonly client: Client;
  readonly target: Pick<TemporalTarget, 'address'>;
  /** Scratch directory of this process alone. */
  readonly scratch: string;
  /** Capabilities to offer; all that this machine has unless given. */
  readonly only?: readonly string[] | undefined;
  /** See `ActivityDependencies`. */
  readonly traceHeaders?: ActivityDependencies['traceHeaders'] | undefined;
}

/** The parts of a worker process. */
export interface WorkerParts {
  readonly activities: Activities;
  /** Those that run each step in a process of its own. */
  readonly aloneActivities: JobActivities;
  readonly dependencies: ActivityDependencies;
  readonly retention: Retention;
  readonly runtime: JobRuntime;
  readonly slots: Slots;
  /** Yields capabilities whose engines are installed while the worker runs. */
  readonly later: (stop: AbortSignal) => AsyncIterable<Slots>;
  readonly pictures: WorkerPictures;
  readonly sandbox: Sandbox;
}

type WorkerPictures = Pick<PicturePool, 'forTenant' | 'warmUp' | 'close'>;

/**
 * Builds the parts of a worker process.
 *
 * @throws {ConfigError} When this machine lacks a capability of `only` or the sandbox that is required, or the master key cannot be used.
 */
export async function composeWorker(
  config: Config,
  { client, target, scratch, only, traceHeaders = () => ({}) }: WorkerOptions,
  overrides: Overrides = {},
): Promise<WorkerParts> {
  const { store, keys, archive, operations } = await composeShared(config, overrides);
  const runtime = overrides.runtime ?? new TemporalRuntime(client, operations.capabilities, config.publicUrl);
  const { slots, later, engine, memoryOf } = await detectCapabilities(config, operations, only);
  const sandbox = await findSandbox(config.DARKROOM_SANDBOX);
  const pictures =
    overrides.pictures ??
    new PicturePool({
      sandbox,
      directory: join(scratch, 'pictures'),
      size: config.DARKROOM_CPU_SLOTS,
      limits: limitsByPixels(memoryOf('cpu') ?? machineMemory()),
    });
  const resolver = createNameResolver();
  const policies = createNetworkPolicies(config, target, resolver);
  const guard = { policy: policies.general, resolver };
  const buckets = new TenantBuckets(createCredentialStore(store, keys), guard);
  const openUploads = createOpenUploads(store);
  const runFiles = createRunFiles(store);
  const retention = new Retention({
    runtime,
    archive,
    usage: new StoredUsage(store),
    openUploads,
    buckets,
    reusable: runFiles.reusable,
    reuseMs: (config.DARKROOM_REUSE_DAYS ?? 0) * DAY_MS,
    reuseEntries: config.DARKROOM_REUSE_ENTRIES,
  });
  const assetHttp = createGuardedHttp(guard);
  const dependencies: ActivityDependencies = {
    ...runFiles,
    archive,
    retention,
    keys,
    buckets,
    destinations: createDestinations(buckets, openUploads, assetHttp),
    assetHttp,
    callbackHttp: createGuardedHttp({ policy: policies.general, resolver }),
    loopbackHttp: createGuardedHttp({ policy: policies.loopback, resolver }),
    operation: (name) => operations.operation(name),
    operationsVersion: readOperationsVersion,
    reuse: toReusePolicy(config),
    equalWork: new EqualWork(),
    engine,
    memoryOf,
    pictures,
    readPictureFacts,
    sandbox,
    stallMs: config.DARKROOM_STALL_MS,
    inputRoots: config.DARKROOM_INPUT_ROOTS,
    workDir: scratch,
    maxAssetBytes: config.DARKROOM_MAX_ASSET_BYTES,
    assetTimeoutMs: config.DARKROOM_ASSET_TIMEOUT_MS,
    assetMinRate: config.DARKROOM_ASSET_MIN_RATE,
    assetMaxMs: config.DARKROOM_ASSET_MAX_MS,
    downloadSlots: new SharedSlots(config.DARKROOM_IO_SLOTS),
    downloadWaitMs: config.DARKROOM_DOWNLOAD_WAIT_MS,
    callbackTimeoutMs: config.DARKROOM_CALLBACK_TIMEOUT_MS,
    traceHeaders,
    callbackSlots: new SharedSlots(config.DARKROOM_IO_SLOTS),
    publicUrl: config.publicUrl,
    callbackBody,
    journal: ActivityJournal.create(scratch),
    localAttempts: new LocalAttempts(),
    durableStages: new DurableStages({ offers: (capability) => Object.hasOwn(slots, capability) }),
    heartbeatMs: config.DARKROOM_HEARTBEAT_MS,
    runAlone:
      overrides.runAlone ??
      createRunAlone(scratch, target.address, { unresponsiveMs: config.DARKROOM_UNRESPONSIVE_MS }),
  };
  return {
    activities: createActivities(dependencies),
    aloneActivities: createAloneActivities(dependencies),
    dependencies,
    retention,
    runtime,
    slots,
    later,
    pictures,
    sandbox,
  };
}

async function findSandbox(mode: SandboxMode): Promise<Sandbox> {
  const sandbox = await detectSandbox(mode);
  if (mode === 'required' && sandbox.kind !== 'bubblewrap')
    throw new ConfigError(`DARKROOM_SANDBOX is "required", but ${sandbox.reason}`);
  return sandbox;
}

const toReusePolicy = ({
  DARKROOM_REUSE_DAYS: days,
  DARKROOM_REUSE_MIN_MS: minMs,
}: Config): ActivityDependencies['reuse'] => (days === null ? null : { maxAgeMs: days * DAY_MS, minMs });

const toRetentionPolicy = ({
  DARKROOM_KEEP_DAYS: days,
  DARKROOM_KEEP_WORK_DAYS: workDays,
}: Config): RetentionPolicy => ({
  jobMs: days === null ? null : days * DAY_MS,
  workMs: workDays * DAY_MS,
});

async function composeShared(config: Config, overrides: Overrides) {
  const { store, keys } = await sealedStore(config, overrides);
  const more = overrides.operations ?? (await loadOperations(config.DARKROOM_OPERATIONS));
  return {
    store,
    keys,
    archive: overrides.archive ?? createJobArchive(store, keys),
    operations: createRegistry([...builtIn, ...more]),
  };
}
