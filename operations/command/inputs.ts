/** Inputs of a command: copies of the assets, and values of its placeholders. */
import { constants } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { extname, join, parse } from 'node:path';
import type { InputFile } from '../operation.ts';
import type { Values } from './arguments.ts';

/**
 * Copies the assets to `folder` as `INDEX.EXTENSION`: many programs detect the format by the extension. They are copies (free on most
 * file systems), because a program may write to its inputs.
 *
 * @returns Their paths.
 */
export async function copyInputs(inputs: readonly InputFile[], folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    inputs.map(async ({ index, name, path }) => {
      const extension = /^\.[A-Za-z0-9]{1,10}$/.exec(extname(name))?.[0].toLowerCase() ?? '';
      const copy = join(folder, `${index}${extension}`);
      await copyFile(path, copy, constants.COPYFILE_FICLONE);
      return copy;
    }),
  );
}

/** Returns the values of `{input}`, `{inputs}`, `{outputs}`, `{name}`, `{stem}` and the parameters. */
export function buildValues(
  params: Record<string, unknown>,
  inputs: readonly InputFile[],
  paths: readonly string[],
  outputs: string,
): Values {
  const [only] = inputs;
  const one =
    inputs.length === 1 && only
      ? { input: paths[0], name: toSafeName(only.name), stem: toSafeName(parse(only.name).name) }
      : {};
  return { ...params, ...one, inputs: paths, outputs };
}

/** An argument with this name cannot be an option, and a path with it cannot leave its directory. */
const toSafeName = (name: string): string => name.replace(/^[-.]+/, '_');
