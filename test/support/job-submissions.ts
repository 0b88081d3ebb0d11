/** Submissions of a lab's jobs that differ from its own: by their master keys, or by how they reach Temporal. */
import { builtIn, createRegistry } from '../../operations/registry.ts';
import { Keyring } from '../../src/auth/keyring.ts';
import type { JobRuntime } from '../../src/jobs/ports/job-runtime.ts';
import { tenantQuotas } from '../../src/jobs/submit/concurrency-quota.ts';
import { JobSubmissions } from '../../src/jobs/submit/job-submissions.ts';
import { createFilesystemStore } from '../../src/storage/filesystem/index.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { TemporalRuntime } from '../../src/temporal/runtime.ts';
import type { Lab } from './lab.ts';

const registry = createRegistry(builtIn);

export const storeOf = ({ storeDir }: Lab): ObjectStore => createFilesystemStore({ root: storeDir });

export const runtimeOf = ({ client }: Lab): TemporalRuntime =>
  new TemporalRuntime(client, registry.capabilities);

interface Ways {
  /** What ids and fingerprints are made with, the current key first; the lab's own key seals. */
  readonly masters?: readonly [Buffer, ...Buffer[]];
  readonly runtime?: JobRuntime;
}

export function createSubmissions(
  lab: Lab,
  { masters = [Buffer.alloc(32)], runtime = runtimeOf(lab) }: Ways = {},
): JobSubmissions {
  const keys = new Keyring(masters);
  return new JobSubmissions(
    {
      runtime,
      archive: lab.archive,
      operations: registry,
      quotas: tenantQuotas(runtime, () => Number.POSITIVE_INFINITY),
      fingerprints: (text) => keys.fingerprints(text),
      whyUrlRejected: () => null,
      callbackScheduleMs: [],
      retention: { jobMs: null, workMs: 1e9 },
      queueUnavailable: true,
    },
    lab.jobs,
  );
}

/** The runtime itself, but for what `changes` puts in its place. */
export const changed = (runtime: JobRuntime, changes: Partial<JobRuntime>): JobRuntime =>
  new Proxy(runtime, {
    get: (target, name) => {
      const own: unknown = Reflect.get(changes, name) ?? Reflect.get(target, name);
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
