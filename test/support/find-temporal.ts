/** Global setup: finds Temporal's server. The first time it is downloaded or built, which takes minutes. */
import type { TestProject } from 'vitest/node';
import { readConfig } from '../../src/config/config.ts';
import { findTemporal } from '../../src/temporal/embedded/binary.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    temporalBinary: string;
    /** host:port of the server that service tests share; null in the other projects. */
    temporalAddress: string | null;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  project.provide('temporalBinary', await findBinary());
  project.provide('temporalAddress', null);
}

export async function findBinary(): Promise<string> {
  const { DARKROOM_CACHE: cacheDir } = readConfig();
  const { path } = await findTemporal({ cacheDir, env: process.env, log: console.log });
  return path;
}
