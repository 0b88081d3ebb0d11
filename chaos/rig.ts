/** What a run needs besides darkroom: assets, a site that serves them and receives callbacks, and command operations. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { renderPhotographs } from '../bench/model.ts';
import { readConfig } from '../src/config/config.ts';
import { installedEngines } from '../src/engines/installation.ts';
import { makeAssets } from './load/assets.ts';
import { writeDefinitions } from './load/commands.ts';
import { PHOTOGRAPHS } from './load/compatible.ts';
import { createClient } from './load/patient-client.ts';
import type { Submission, Target } from './load/submission.ts';
import { seedRandom } from './seeded-random.ts';
import { type Server, startServer } from './server.ts';
import { type Site, startSite } from './site.ts';

export interface Rig {
  readonly site: Site;
  /** Starts a server with a data directory of its own. Resolves when it is ready. */
  start(name: string, env?: Readonly<Record<string, string>>): Promise<{ server: Server; target: Target }>;
  close(): Promise<void>;
}

interface RigOptions {
  readonly seed: number;
  readonly submissions: readonly Submission[];
  /** Bytes by name, besides those of the load. */
  readonly moreAssets?: Iterable<readonly [string, Uint8Array]>;
}

/** @param root An empty directory for all data. */
export async function startRig(
  root: string,
  { seed, submissions, moreAssets = [] }: RigOptions,
): Promise<Rig> {
  const directory = join(root, 'assets');
  await mkdir(directory);
  const assets = new Map([...(await makeAssets(directory)), ...moreAssets]);
  const engine = (await installedEngines(readConfig().DARKROOM_CACHE)).get('reconstruct');
  if (engine && submissions.some(({ operation }) => operation === 'reconstruct'))
    await renderPhotographs(engine, join(directory, PHOTOGRAPHS));
  const settings = {
    DARKROOM_OPERATIONS: await writeDefinitions(root),
    DARKROOM_INPUT_ROOTS: directory,
    DARKROOM_LOG_LEVEL: 'info',
  };
  const site = await startSite(assets, seedRandom(seed + 1));
  return {
    site,
    start: async (name, env = {}) => {
      await mkdir(join(root, name));
      const server = await startServer(join(root, name), { ...settings, ...env });
      await server.ready();
      return { server, target: { client: createClient(server.url), site: site.url, assets } };
    },
    close: () => site.close(),
  };
}

/** Leaves out submissions whose operation has no worker here, or whose asset could not be made. */
export async function findPossible(
  { client, assets }: Target,
  submissions: readonly Submission[],
): Promise<Submission[]> {
  type Operations = { operations: readonly { name: string; available: boolean }[] };
  const { operations } = await client.json<Operations>('/v1/operations');
  const available = new Set(operations.filter(({ available }) => available).map(({ name }) => name));
  return submissions.filter(
    ({ operation, needs }) => available.has(operation) && (needs === undefined || assets.has(needs)),
  );
}
