/** Receptions of a lab's jobs that differ from its own: by their master keys, or by how they reach Temporal. */
import { builtIn, createRegistry } from '../../operations/registry.ts';
import { Keyring } from '../../src/auth/keyring.ts';
import type { JobEngine } from '../../src/jobs/ports/job-runtime.ts';
import { tenantRooms } from '../../src/jobs/submit/concurrency-quota.ts';
import { Reception } from '../../src/jobs/submit/job-submissions.ts';
import { createFilesystemStore } from '../../src/storage/filesystem/index.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { TemporalEngine } from '../../src/temporal/runtime.ts';
import type { Lab } from './lab.ts';

const registry = createRegistry(builtIn);

export const storeOf = ({ storeDir }: Lab): ObjectStore => createFilesystemStore({ root: storeDir });

export const engineOf = ({ client }: Lab): TemporalEngine =>
  new TemporalEngine(client, registry.capabilities);

interface Ways {
  /** What ids and fingerprints are made with, the current key first; the lab's own key seals. */
  readonly masters?: readonly [Buffer, ...Buffer[]];
  readonly engine?: JobEngine;
}

export function receptionOf(
  lab: Lab,
  { masters = [Buffer.alloc(32)], engine = engineOf(lab) }: Ways = {},
): Reception {
  const keys = new Keyring(masters);
  return new Reception(
    {
      engine,
      archive: lab.archive,
      operations: registry,
      rooms: tenantRooms(engine, () => Number.POSITIVE_INFINITY),
      fingerprints: (text) => keys.fingerprints(text),
      refusalOf: () => null,
      callbackScheduleMs: [],
      keeping: { jobMs: null, workMs: 1e9 },
      queueUnavailable: true,
    },
    lab.service,
  );
}

/** The engine itself, but for what `changes` puts in its place. */
export const changed = (engine: JobEngine, changes: Partial<JobEngine>): JobEngine =>
  new Proxy(engine, {
    get: (target, name) => {
      const own: unknown = Reflect.get(changes, name) ?? Reflect.get(target, name);
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
