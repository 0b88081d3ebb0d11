/** The keys of all files, chosen before the first upload so that no two files have the same. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DarkroomError } from '../../src/errors.ts';
import { UniqueNames } from '../../src/lib/unique-names.ts';
import type { InputFile, StageContext } from '../operation.ts';
import { buildKey } from './key.ts';
import type { Params } from './params.ts';

const FILE = 'keys.json';

/** Index of the asset → its key. */
export type Keys = Readonly<Record<number, string>>;

export async function planKeys(context: StageContext<Params>): Promise<void> {
  const { params, inputs, workspace, signal, fail, progress } = context;
  const names = new UniqueNames();
  const keys: Record<number, string> = {};
  for (const input of inputs) {
    signal.throwIfAborted();
    try {
      keys[input.index] = names.claim(buildKey(params.prefix, params.key, input));
    } catch (error) {
      if (!(error instanceof DarkroomError)) throw error;
      fail(input, error);
    }
  }
  await writeFile(join(workspace, FILE), JSON.stringify(keys));
  progress(1);
}

/** Reads what `planKeys` wrote. */
export const readKeys = async (workspace: string): Promise<Keys> =>
  JSON.parse(await readFile(join(workspace, FILE), 'utf8')) as Keys;

/** @throws TypeError if the asset has no key */
export function keyOf(keys: Keys, { index }: InputFile): string {
  const key = keys[index];
  if (key === undefined) throw new TypeError(`Asset ${index} has no key`);
  return key;
}
