/** A darkroom within the test's own process, with operations of the test: Temporal is real, and so are store and worker. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { z } from 'zod';
import type { Operation } from '../../operations/operation.ts';
import { composeApi, composeWorker } from '../../src/compose.ts';
import { type Config, readConfig } from '../../src/config/config.ts';
import { openDataDirectory } from '../../src/data-directory/open.ts';
import { isOutage } from '../../src/errors.ts';
import type { Jobs } from '../../src/jobs/jobs.ts';
import type { Retention } from '../../src/jobs/lifecycle/retention.ts';
import type { Job } from '../../src/jobs/model/job.ts';
import type { jobSpec } from '../../src/jobs/model/job-spec.ts';
import type { RetentionPolicy } from '../../src/jobs/model/run-input.ts';
import type { JobArchive } from '../../src/jobs/ports/job-archive.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import type { TemporalTarget } from '../../src/temporal/connection.ts';
import { loadDataConverter } from '../../src/temporal/payload-codec.ts';
import { JOB_TIMEOUT_MS, sleep } from './darkroom.ts';
import { sharedWorkerPictures } from './picture-processes.ts';
import { installTestRuntime } from './sdk-runtime.ts';
import { createNamespace } from './shared-temporal.ts';
import { startWorkers } from './workers.ts';

export interface Lab {
  readonly client: Client;
  readonly config: Config;
  readonly temporal: TemporalTarget;
  readonly jobs: Jobs;
  readonly retention: Retention;
  readonly archive: JobArchive;
  readonly storeDir: string;
  /** Scratch of its worker. */
  readonly workDir: string;
  /** Submits a job of a tenant; default: `public`. */
  submit(spec: z.input<typeof jobSpec>, tenant?: string): Promise<Job>;
  /** Polls until the job is in one of these states. */
  until(job: Job, ...states: Job['state'][]): Promise<Job>;
  dispose(): Promise<void>;
}

function nullIfOutage(error: unknown): null {
  if (isOutage(error)) return null;
  throw error;
}

const DAY_MS = 24 * 60 * 60 * 1000;

interface LabOptions {
  readonly operations?: readonly Operation[];
  /** Settings besides those below. */
  readonly env?: Readonly<Record<string, string>>;
  /** Capability → concurrent activities, in addition to io and cpu. */
  readonly slots?: Readonly<Record<string, number>>;
  readonly policy?: RetentionPolicy;
  /** Replaces the store in `storeDir`. */
  readonly store?: ObjectStore;
  /** False for tests that run workers of their own. */
  readonly runsWorkers?: boolean;
  /** Address of a Temporal server. Default: the shared one. */
  readonly temporalAddress?: string;
}

export async function startLab({
  operations = [],
  env = {},
  slots: more = {},
  policy = { jobMs: null, workMs: 1e9 },
  store,
  runsWorkers = true,
  temporalAddress,
}: LabOptions = {}): Promise<Lab> {
  installTestRuntime();
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-lab-'));
  await openDataDirectory(dataDir);
  const storeDir = join(dataDir, 'store');
  const workDir = join(dataDir, 'work');
  const config: Config = {
    ...readConfig({
      DARKROOM_DATA: dataDir,
      DARKROOM_ALLOW_NETWORKS: '127.0.0.0/8',
      DARKROOM_CALLBACK_SCHEDULE_MS: ',',
      DARKROOM_PUBLIC_URL: 'http://lab.invalid',
      DARKROOM_IO_SLOTS: '20',
      DARKROOM_CPU_SLOTS: '2',
      ...env,
    }),
    DARKROOM_KEEP_DAYS: policy.jobMs === null ? null : policy.jobMs / DAY_MS,
    DARKROOM_KEEP_WORK_DAYS: policy.workMs / DAY_MS,
  };
  const codec = config.DARKROOM_PAYLOAD_CODEC;
  const temporal: TemporalTarget = {
    ...(await createNamespace(temporalAddress)),
    ...(codec !== null && { dataConverter: await loadDataConverter(codec) }),
  };
  const overrides = { operations, pictures: await sharedWorkerPictures(), ...(store && { store }) };
  const api = await composeApi(config, temporal, overrides);
  const { client, archive, jobs } = api;
  const { activities, aloneActivities, retention } = await composeWorker(
    config,
    { client, target: temporal, scratch: workDir, only: ['io', 'cpu'] },
    overrides,
  );
  const slots = { io: config.DARKROOM_IO_SLOTS, cpu: 2, ...more };
  const stopWorkers = runsWorkers
    ? await startWorkers(temporal, { activities, aloneActivities, slots })
    : async () => {};

  return {
    client,
    config,
    temporal,
    jobs,
    retention,
    archive,
    storeDir,
    workDir,
    submit: async (spec, tenant = 'public') =>
      (await api.submissions.submit({ tenant, dialect: 'native', mayPrecedeTenants: true }, spec)).job,
    until: async (job, ...states) => {
      for (const deadline = Date.now() + JOB_TIMEOUT_MS; ; await sleep(50)) {
        // A busy Temporal server may not answer in time.
        const now = await jobs.open(job).then((opened) => opened.job, nullIfOutage);
        if (now && states.includes(now.state)) return now;
        if (Date.now() > deadline)
          throw new Error(`Expected job ${job.id} to be ${states.join(' or ')}, got ${JSON.stringify(now)}`);
      }
    },
    dispose: async () => {
      await stopWorkers();
      await client.connection.close();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
