/** Servers that tests need and no package ships: built with Go, once, into darkroom's cache. */
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readConfig } from '../../../src/config/config.ts';
import { startChild } from '../child.ts';

const PROGRESS_MS = 15_000;

/** `module`: path of a main package. Returns the path of its executable. Throws an Error with what Go said last. */
export async function goBinary(module: string, version: string): Promise<string> {
  const { DARKROOM_CACHE: cacheDir } = readConfig();
  const target = join(cacheDir, 'test-servers', version, module.replaceAll('/', '_'));
  if (await stat(target).catch(() => null)) return target;
  await mkdir(dirname(target), { recursive: true });
  // Several may build at once, each in a directory of its own: the last one's file stays, and the others' are as good.
  const into = await mkdtemp(`${target}.partial-`);
  try {
    await install(`${module}@${version}`, into);
    await rename(join(into, basename(module)), target);
  } finally {
    await rm(into, { recursive: true, force: true });
  }
  return target;
}

async function install(what: string, into: string): Promise<void> {
  const started = Date.now();
  const tell = (text: string) => process.stderr.write(`${text} ${what}, ${seconds(started)} s\n`);
  tell('Building with Go, which takes minutes, once:');
  const timer = setInterval(() => tell('  still building'), PROGRESS_MS);
  try {
    const go = await startChild('go', ['install', what], { env: { ...process.env, GOBIN: into } }).catch(
      (error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' ? new Error(`${what} must be built, and there is no Go here`) : error;
      },
    );
    if ((await go.exited) !== 0) throw new Error(`"go install ${what}" failed:\n${go.output().slice(-2000)}`);
  } finally {
    clearInterval(timer);
  }
}

const seconds = (since: number): number => Math.round((Date.now() - since) / 1000);
