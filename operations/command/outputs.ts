/** Outputs of a command: result files and a JSON file. */
import { lstat, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import picomatch from 'picomatch';
import { DarkroomError } from '../../src/errors.ts';
import type { InputFile, OutputWriter } from '../operation.ts';
import type { Definition } from './definition.ts';

/** Bytes of a data file, which is read into memory. */
const MAX_DATA_BYTES = 64 * 2 ** 20;

/**
 * Moves the files of `folder` that match the definition's globs to the results.
 *
 * @param madeFrom - The asset that they were made from, where it is one.
 * @throws `operation_failed` when no file matches, or when they exceed the limit together.
 */
export async function keepOutputs(
  { outputs: globs, data, limits }: Definition,
  outputs: OutputWriter,
  folder: string,
  madeFrom: InputFile | undefined,
): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const isResult = picomatch([...globs], { dot: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => path !== data && isResult(path))
    .sort();
  if (paths.length === 0 && data === undefined) fail(`It left no file like ${globs.join(', ')}`);
  let total = 0;
  for (const path of paths) {
    total += (await stat(join(folder, path))).size;
    if (total > limits.output) fail(`It left more than ${limits.output} bytes`);
    const output = await outputs.create(path, madeFrom);
    await rename(join(folder, path), output.path);
  }
}

/**
 * Reads the data file.
 *
 * @throws `operation_failed` when it is missing, too large or not JSON.
 */
export async function readData(path: string, name: string): Promise<unknown> {
  const info = await lstat(path).catch(() => null);
  // A symbolic link could lead to any file of this machine.
  if (!info?.isFile()) fail(`It left no ${name}`);
  if (info.size > MAX_DATA_BYTES) fail(`Its ${name} has more than ${MAX_DATA_BYTES} bytes`);
  const text = await readFile(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    return fail(`Its ${name} is not valid JSON`);
  }
}

function fail(message: string): never {
  throw new DarkroomError('operation_failed', message);
}
