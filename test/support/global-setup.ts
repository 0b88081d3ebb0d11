/** Before any test: Temporal's server is on this machine. The first time it is downloaded or built, which takes minutes. */
import type { TestProject } from 'vitest/node';
import { readConfig } from '../../src/config/config.ts';
import { findTemporal } from '../../src/temporal/embedded/binary.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    temporalBinary: string;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  const { DARKROOM_CACHE: cacheDir } = readConfig();
  const { path } = await findTemporal({ cacheDir, env: process.env, log: console.log });
  project.provide('temporalBinary', path);
}
