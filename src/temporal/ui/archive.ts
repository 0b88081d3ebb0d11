/** Finds the archive with the pages of Temporal's Web UI: in the cache, in Go's module cache, or at a Go module proxy. */
import { copyFile, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { hashFile } from '../../lib/hash-file.ts';
import { makeDirectory } from '../../lib/make-directory.ts';
import { downloadFile } from '../embedded/download.ts';
import { MODULE_PROXY, UI_ARCHIVE, UI_SHA256, UI_VERSION } from './release.ts';

export interface ArchiveSearch {
  /** darkroom's cache, shared by every data directory. */
  readonly cacheDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** Receives progress lines. */
  readonly log: (line: string) => void;
}

/**
 * Returns the path of the archive. Downloads about 46 MB if this machine does not have it.
 *
 * @throws Error with the reason and what to do
 */
export async function findUiArchive({ cacheDir, env, log }: ArchiveSearch): Promise<string> {
  const target = join(cacheDir, 'temporal', `ui-${UI_VERSION}.zip`);
  if (await exists(target)) return target;
  const folder = join(target, '..');
  await makeDirectory(folder, 'DARKROOM_CACHE');
  // Several processes may do this at once. Each has a directory of its own, and the last file stays.
  const into = await mkdtemp(join(folder, 'partial-'));
  try {
    const archive = join(into, 'ui.zip');
    const cached = join(moduleCache(env), 'cache', 'download', UI_ARCHIVE);
    if ((await exists(cached)) && (await hashFile(cached)) === UI_SHA256) await copyFile(cached, archive);
    else await download(archive, env, log);
    await rename(archive, target);
  } finally {
    await rm(into, { recursive: true, force: true });
  }
  return target;
}

async function download(archive: string, env: NodeJS.ProcessEnv, log: ArchiveSearch['log']): Promise<void> {
  const url = `${moduleProxy(env)}/${UI_ARCHIVE}`;
  log(`downloading Temporal's Web UI ${UI_VERSION} from ${url} (46 MB, once) …`);
  await downloadFile({ url, sha256: UI_SHA256, log }, archive);
}

/** Returns the first proxy of GOPROXY, whose entries are separated by `,` or `|`. */
function moduleProxy(env: NodeJS.ProcessEnv): string {
  const proxies = (env['GOPROXY'] ?? '').split(/[,|]/).map((entry) => entry.trim());
  return (proxies.find((entry) => /^https?:/.test(entry)) ?? MODULE_PROXY).replace(/\/+$/, '');
}

function moduleCache(env: NodeJS.ProcessEnv): string {
  const path = env['GOPATH']?.split(delimiter)[0] || join(env['HOME'] || homedir(), 'go');
  return env['GOMODCACHE'] || join(path, 'pkg', 'mod');
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
