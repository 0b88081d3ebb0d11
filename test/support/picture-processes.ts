/** Picture processes of tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limitsByPixels } from '../../operations/lib/picture-process/limits.ts';
import { PicturePool, type PoolOptions } from '../../operations/lib/picture-process/picture-pool.ts';
import type { PictureTask } from '../../operations/lib/picture-process/task.ts';
import type { AssetRequest } from '../../operations/lib/picture-work.ts';
import { detectSandbox } from '../../operations/lib/sandbox/sandbox.ts';

const directories = new Set<string>();
process.once('exit', () => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** Starts a pool with a directory of its own. */
export async function startPictures(options: Partial<PoolOptions> = {}): Promise<PicturePool> {
  const directory = mkdtempSync(join(tmpdir(), 'darkroom-pictures-'));
  const pool = new PicturePool({
    sandbox: await detectSandbox('auto'),
    directory,
    size: 3,
    limits: limitsByPixels(8 * 2 ** 30),
    ...options,
  });
  directories.add(directory);
  return pool;
}

let shared: Promise<PicturePool> | undefined;

/** The pool that the tests of one process share. It ends with the process. */
export const sharedPictures = (): Promise<PicturePool> => {
  shared ??= startPictures();
  return shared;
};

/**
 * The same pool for a worker of the test, which does not end it. A worker with a pool of its own starts two processes for the first
 * picture, and one if there is none.
 */
export const sharedWorkerPictures = async (): Promise<
  Pick<PicturePool, 'forTenant' | 'warmUp' | 'close'>
> => {
  const pool = await sharedPictures();
  return {
    forTenant: (tenant) => pool.forTenant(tenant),
    warmUp: () => undefined,
    close: async () => undefined,
  };
};

/** Runs the task of an operation on one picture. Returns its facts, and the files that it wrote. */
export async function runPictureTask<Params, Facts>(
  task: PictureTask<AssetRequest<Params>, Facts>,
  bytes: Uint8Array,
  params: Params,
  name = 'picture.png',
): Promise<{ facts: Facts; files: ReadonlyMap<string, Buffer> }> {
  const scratch = await mkdtemp(join(tmpdir(), 'darkroom-task-'));
  try {
    const path = join(scratch, 'asset');
    await writeFile(path, bytes);
    const options = {
      files: [path],
      signal: new AbortController().signal,
      report: () => undefined,
      note: () => undefined,
    };
    const input = { index: 0, name, size: bytes.length, attributes: {} };
    const pictures = (await sharedPictures()).forTenant('test');
    return await pictures.run(task, { input, params }, options, async (facts, folder) => {
      const files = new Map<string, Buffer>();
      for (const file of await readdir(folder, { withFileTypes: true }))
        if (file.isFile()) files.set(file.name, await readFile(join(folder, file.name)));
      return { facts, files };
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
