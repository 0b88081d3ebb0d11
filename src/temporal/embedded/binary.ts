/** Finds the `temporal` executable, or downloads or builds it. */
import { access, constants, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { makeDirectory } from '../../lib/make-directory.ts';
import { buildTemporal } from './build.ts';
import { ChecksumError, downloadTemporal } from './download.ts';
import { archivePath, CLI_VERSION, checksums, DOWNLOAD_URL, thisPlatform } from './releases.ts';
import { LEAST_VERSION, serverVersion } from './version.ts';

type TemporalSource = 'environment' | 'path' | 'cache' | 'download' | 'build';

export interface TemporalBinary {
  /** Absolute. */
  readonly path: string;
  /** Of the server that it carries, such as 1.29.1. */
  readonly version: string;
  readonly source: TemporalSource;
}

export interface Search {
  /** darkroom's cache, shared by every data directory. */
  readonly cacheDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** Receives progress lines for the user. */
  readonly log: (line: string) => void;
  /** Ends a download or a build that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** SHA-256 of the archives by platform; default: those of the official release. */
  readonly sums?: Readonly<Record<string, string>>;
  /** Take what is on this machine, and neither download nor build. */
  readonly onlyLook?: boolean;
}

interface Way {
  readonly source: TemporalSource;
  /** The executable; null when there is none to be had this way, or an Error when it went wrong. */
  readonly get: (search: Search) => Promise<string | null>;
}

/** Tried in this order. `TEMPORAL_CLI_PATH` excludes all of them. */
const ways: readonly Way[] = [
  { source: 'path', get: onPath },
  { source: 'cache', get: inCache },
  { source: 'download', get: (search) => intoCache(search, download) },
  { source: 'build', get: (search) => intoCache(search, (into) => buildTemporal({ ...search, into })) },
];

/** Throws an Error that lists the ways to get Temporal, and why each of them failed here. */
export async function findTemporal(search: Search): Promise<TemporalBinary> {
  const { env, log, signal } = search;
  const chosen = env['TEMPORAL_CLI_PATH'];
  if (chosen) return fromEnvironment(resolve(chosen), env);
  const failures: string[] = [];
  const open = search.onlyLook ? ways.filter(({ source }) => source === 'path' || source === 'cache') : ways;
  for (const { source, get } of open) {
    try {
      const path = await get(search);
      if (path !== null) return { path, version: await serverVersion(path, env), source };
    } catch (error) {
      signal?.throwIfAborted();
      const failure = `${titles[source]}: ${reason(error)}`;
      failures.push(failure);
      if (error instanceof ChecksumError)
        log(`WARNING: ${failure}. It was thrown away: it may have been tampered with.`);
      else log(failure);
    }
  }
  throw new Error(
    [
      'There is no Temporal on this machine, and none could be got. One of these helps:',
      `  - install Temporal's command-line tool (server ${LEAST_VERSION} or later) on PATH, or name it by TEMPORAL_CLI_PATH`,
      `  - let this machine reach ${DOWNLOAD_URL}, or a mirror named by DARKROOM_TEMPORAL_DOWNLOAD_URL`,
      '  - install Go 1.25 or later, so that it can be built here',
      'To use a Temporal that runs elsewhere, set TEMPORAL_ADDRESS. What was tried:',
      ...failures.map((failure) => `  - ${failure.replaceAll('\n', '\n    ')}`),
    ].join('\n'),
  );
}

const titles: Record<TemporalSource, string> = {
  environment: 'TEMPORAL_CLI_PATH',
  path: 'the Temporal on PATH cannot be used',
  cache: 'the Temporal in the cache cannot be used',
  download: 'Temporal could not be downloaded',
  build: 'Temporal could not be built',
};

async function fromEnvironment(path: string, env: NodeJS.ProcessEnv): Promise<TemporalBinary> {
  try {
    return { path, version: await serverVersion(path, env), source: 'environment' };
  } catch (error) {
    throw new Error(`TEMPORAL_CLI_PATH="${path}" cannot be used: ${reason(error)}`, { cause: error });
  }
}

async function onPath({ env }: Search): Promise<string | null> {
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')) {
    const path = resolve(folder, 'temporal');
    if (await isExecutable(path)) return path;
  }
  return null;
}

const cached = (cacheDir: string): string => resolve(cacheDir, 'temporal', CLI_VERSION, 'temporal');

async function inCache({ cacheDir }: Search): Promise<string | null> {
  const path = cached(cacheDir);
  return (await stat(path).catch(() => null)) === null ? null : path;
}

async function download(into: string, { env, log, signal, sums = checksums }: Search): Promise<string> {
  const platform = thisPlatform();
  const sha256 = sums[platform];
  if (!sha256) throw new Error(`there is no release for ${platform}`);
  const base = env['DARKROOM_TEMPORAL_DOWNLOAD_URL'] || DOWNLOAD_URL;
  const url = `${base.replace(/\/+$/, '')}/${archivePath(platform)}`;
  log(`downloading Temporal ${CLI_VERSION} from ${url} (about 60 MB, once) …`);
  return downloadTemporal({ url, sha256, into, log, signal });
}

/**
 * Lets `make` work in a directory of its own beside the target, and moves what it made into place once it has proved to
 * run. Several processes may do so at once: the last one's file stays, and the others' are as good.
 */
async function intoCache(
  search: Search,
  make: (into: string, search: Search) => Promise<string>,
): Promise<string> {
  const target = cached(search.cacheDir);
  const folder = join(target, '..');
  await makeDirectory(folder, 'DARKROOM_CACHE');
  await removeLeftovers(folder);
  const into = await mkdtemp(join(folder, 'partial-'));
  try {
    const made = await make(into, search);
    await serverVersion(made, search.env);
    await rename(made, target);
  } finally {
    await rm(into, { recursive: true, force: true });
  }
  return target;
}

/** Age of leftovers of killed processes. No download or build takes a day. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((name) => name.startsWith('partial-'))) {
    const path = join(folder, name);
    const age = Date.now() - ((await stat(path).catch(() => null))?.mtimeMs ?? Date.now());
    if (age > 86_400_000) await rm(path, { recursive: true, force: true });
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    async () => (await stat(path)).isFile(),
    () => false,
  );
}

/** `fetch` reports "fetch failed"; the reason is in the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const more =
    error instanceof TypeError && cause instanceof Error
      ? `: ${cause.message || reason((cause as AggregateError).errors?.[0])}`
      : '';
  return `${error.message}${more}`;
}
