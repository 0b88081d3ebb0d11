/** A darkroom within the test's own process, with operations of the test: Temporal is real, and so are store and worker. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { z } from 'zod';
import { createActivities } from '../../activities/index.ts';
import type { Operation } from '../../operations/operation.ts';
import { builtIn, createRegistry } from '../../operations/registry.ts';
import { loadKeyring } from '../../src/auth/load-keyring.ts';
import { callbackBody } from '../../src/dialects/load.ts';
import { Jobs } from '../../src/jobs/jobs.ts';
import { Retention } from '../../src/jobs/lifecycle/retention.ts';
import type { Job, jobSpec } from '../../src/jobs/model/job.ts';
import type { RetentionPolicy } from '../../src/jobs/model/run-input.ts';
import type { JobArchive } from '../../src/jobs/ports/job-archive.ts';
import { tenantQuotas } from '../../src/jobs/submit/concurrency-quota.ts';
import { JobSubmissions } from '../../src/jobs/submit/job-submissions.ts';
import { Semaphore } from '../../src/lib/semaphore.ts';
import { createGuardedHttp } from '../../src/net/guarded-http.ts';
import { createJobArchive, createRunFiles } from '../../src/storage/archive.ts';
import { createFilesystemStore } from '../../src/storage/filesystem/index.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { StoredUsage } from '../../src/storage/usage.ts';
import { createClient, type TemporalTarget } from '../../src/temporal/connection.ts';
import { TemporalRuntime } from '../../src/temporal/runtime.ts';
import { createWorkers, runWorkers } from '../../src/temporal/worker.ts';
import { JOB_TIMEOUT_MS, sleep } from './server.ts';
import { createNamespace } from './shared-temporal.ts';

export interface Lab {
  readonly client: Client;
  readonly temporal: TemporalTarget;
  readonly jobs: Jobs;
  readonly retention: Retention;
  readonly archive: JobArchive;
  readonly storeDir: string;
  /** Scratch of its worker. */
  readonly workDir: string;
  submit(spec: z.input<typeof jobSpec>): Promise<Job>;
  /** Polls until the job is in one of these states. */
  until(job: Job, ...states: Job['state'][]): Promise<Job>;
  dispose(): Promise<void>;
}

/** `more`: capability → steps at once, beside io and cpu. `given`: a store in place of the one in `storeDir`. */
export async function startLab(
  operations: readonly Operation[] = [],
  more: Readonly<Record<string, number>> = {},
  policy: RetentionPolicy = { jobMs: null, workMs: 1e9 },
  given: ObjectStore | null = null,
): Promise<Lab> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-lab-'));
  const storeDir = join(dataDir, 'store');
  const workDir = join(dataDir, 'work');
  const temporal = await createNamespace();
  const client = createClient(temporal);

  const store = given ?? createFilesystemStore({ root: storeDir });
  const keys = await loadKeyring([], dataDir);
  const archive = createJobArchive(store, keys);
  const registry = createRegistry([...builtIn, ...operations]);
  const runtime = new TemporalRuntime(client, registry.capabilities);
  const quotas = tenantQuotas(runtime, () => Number.POSITIVE_INFINITY);
  const jobs = new Jobs({ runtime, archive, quotas });
  const submissions = new JobSubmissions(
    {
      runtime,
      archive,
      operations: registry,
      quotas,
      fingerprints: (text) => keys.fingerprints(text),
      whyUrlRejected: () => null,
      callbackScheduleMs: [],
      retention: policy,
      queueUnavailable: false,
    },
    jobs,
  );
  const retention = new Retention({ runtime, archive, usage: new StoredUsage(store) });
  const activities = createActivities({
    ...createRunFiles(store),
    archive,
    retention,
    keys,
    http: createGuardedHttp({ allowNetworks: ['127.0.0.0/8'] }),
    operation: (name) => registry.operation(name),
    engine: (name) => {
      throw new Error(`There is no engine ${name} in a lab`);
    },
    memoryOf: () => null,
    inputRoots: [],
    workDir,
    maxAssetBytes: 2 ** 30,
    assetTimeoutMs: 10_000,
    downloadSlots: new Semaphore(20),
    callbackTimeoutMs: 10_000,
    publicUrl: 'http://lab.invalid',
    callbackBody,
  });
  const connection = await NativeConnection.connect(temporal.options);
  const slots = { io: 20, cpu: 2, ...more };
  const workers = await createWorkers({
    connection,
    namespace: temporal.namespace,
    activities,
    slots,
    graceMs: 1000,
  });
  const stop = new AbortController();
  const running = runWorkers(workers, stop.signal);

  return {
    client,
    temporal,
    jobs,
    retention,
    archive,
    storeDir,
    workDir,
    submit: async (spec) => (await submissions.submit({ tenant: 'public', dialect: 'native' }, spec)).job,
    until: async (job, ...states) => {
      for (const deadline = Date.now() + JOB_TIMEOUT_MS; ; await sleep(50)) {
        const { job: now } = await jobs.open(job);
        if (states.includes(now.state)) return now;
        if (Date.now() > deadline) throw new Error(`It is ${JSON.stringify(now)}`);
      }
    },
    dispose: async () => {
      stop.abort();
      await running;
      await connection.close();
      await client.connection.close();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
