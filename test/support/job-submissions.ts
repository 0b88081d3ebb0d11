/** Submissions to a lab that differ from its own: other master keys, or another runtime. */
import { builtIn, createRegistry } from '../../operations/registry.ts';
import { Keyring } from '../../src/auth/keyring.ts';
import { composeApi } from '../../src/compose.ts';
import type { JobRuntime } from '../../src/jobs/ports/job-runtime.ts';
import type { JobSubmissions } from '../../src/jobs/submit/job-submissions.ts';
import { createFilesystemStore } from '../../src/storage/filesystem/index.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { TemporalRuntime } from '../../src/temporal/runtime.ts';
import type { Lab } from './lab.ts';

const registry = createRegistry(builtIn);

export const storeOf = ({ storeDir }: Lab): ObjectStore => createFilesystemStore({ root: storeDir });

export const runtimeOf = ({ client, config }: Lab): TemporalRuntime =>
  new TemporalRuntime(client, registry.capabilities, config.publicUrl);

interface Options {
  /** Master keys for ids and fingerprints, the current one first. The lab's own key encrypts. */
  readonly masters?: readonly [Buffer, ...Buffer[]];
  readonly runtime?: JobRuntime;
}

export async function createSubmissions(
  { config, temporal, client, archive, jobs }: Lab,
  { masters = [Buffer.alloc(32)], ...overrides }: Options = {},
): Promise<JobSubmissions> {
  const { submissions } = await composeApi({ ...config, DARKROOM_QUEUE_UNAVAILABLE: true }, temporal, {
    client,
    archive,
    jobs,
    keys: new Keyring(masters),
    operations: [],
    ...overrides,
  });
  return submissions;
}

/** The runtime itself, but for what `changes` puts in its place. */
export const changed = (runtime: JobRuntime, changes: Partial<JobRuntime>): JobRuntime =>
  new Proxy(runtime, {
    get: (target, name) => {
      const own: unknown = Reflect.get(changes, name) ?? Reflect.get(target, name);
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
