/** Global setup of the service tests: one Temporal server for the whole run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedTemporal } from '../../src/temporal/embedded/server.ts';
import { findBinary } from './find-temporal.ts';

/** Resolves with what stops the server and removes its data. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const binary = await findBinary();
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-temporal-'));
  const temporal = await startEmbeddedTemporal({
    binary,
    dataDir,
    preferredPort: 0,
    log: console.log,
  });
  project.provide('temporalBinary', binary);
  project.provide('temporalAddress', temporal.address);
  return async () => {
    await temporal.stop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
}
