/** Servers that tests need and no package ships: built with Go, once, into darkroom's cache. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../../src/config/config.ts';
import { startChild } from '../child.ts';

const PROGRESS_MS = 15_000;

/**
 * Returns the path of an executable.
 *
 * @param module - Directory in `go/` whose go.mod and go.sum pin the source
 * @param path - A main package of that module's tools
 * @throws Error with the last output of Go
 */
export async function goBinary(module: string, path: string): Promise<string> {
  const { DARKROOM_CACHE: cacheDir } = readConfig();
  const directory = fileURLToPath(new URL(`../../../go/${module}/`, import.meta.url));
  const pins = createHash('sha256').update(await readFile(join(directory, 'go.mod')));
  const version = pins
    .update(await readFile(join(directory, 'go.sum')))
    .digest('hex')
    .slice(0, 12);
  const target = join(cacheDir, 'test-servers', version, path.replaceAll('/', '_'));
  if (await stat(target).catch(() => null)) return target;
  await mkdir(dirname(target), { recursive: true });
  // Several may build at once, each in a directory of its own: the last one's file stays, and the others' are as good.
  const into = await mkdtemp(`${target}.partial-`);
  try {
    await build(directory, path, into);
    await rename(join(into, 'program'), target);
  } finally {
    await rm(into, { recursive: true, force: true });
  }
  return target;
}

async function build(directory: string, path: string, into: string): Promise<void> {
  const started = Date.now();
  const tell = (text: string) => process.stderr.write(`${text} ${path}, ${seconds(started)} s\n`);
  tell('Building with Go, which takes minutes, once:');
  const timer = setInterval(() => tell('  still building'), PROGRESS_MS);
  try {
    const args = ['build', '-mod=readonly', '-o', join(into, 'program'), path];
    const go = await startChild('go', args, { cwd: directory }).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new Error(`${path} must be built, and there is no Go here`) : error;
    });
    if ((await go.exited) !== 0) throw new Error(`Go could not build ${path}:\n${go.output().slice(-2000)}`);
  } finally {
    clearInterval(timer);
  }
}

const seconds = (since: number): number => Math.round((Date.now() - since) / 1000);
