/** The operations that an operator describes: one YAML file each, in a directory. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { dedupeIssues } from '../../src/lib/zod-messages.ts';
import type { Operation } from '../operation.ts';
import { findPlaceholders } from './arguments.ts';
import { type Definition, definition } from './definition.ts';
import { commandOperation } from './index.ts';

const VERSION_MS = 10_000;

/** A file that cannot be used; the message says which, where and why. */
export class DefinitionError extends Error {
  override name = 'DefinitionError';
}

/** All of a directory, in the order of the files' names; none when there is no such directory. Throws DefinitionError. */
export async function loadOperations(directory: string): Promise<Operation[]> {
  const names = await readdir(directory).catch(() => []);
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  return Promise.all(files.map((name) => loadOperation(join(directory, name))));
}

/** Throws DefinitionError. A program that is not there is no error: a worker without it does not offer the operation. */
export async function loadOperation(path: string): Promise<Operation> {
  const parsed = await readDefinition(path);
  try {
    return commandOperation(parsed, await readVersion(parsed));
  } catch (error) {
    throw new DefinitionError(`${basename(path)}: params: ${error instanceof Error ? error.message : error}`);
  }
}

export async function readDefinition(path: string): Promise<Definition> {
  const file = basename(path);
  const text = await readFile(path, 'utf8').catch(() => {
    throw new DefinitionError(`${file} cannot be read`);
  });
  const parsed = definition.safeParse(parseYaml(text, file));
  if (!parsed.success) {
    const faults = dedupeIssues(parsed.error.issues).map(({ path, message }) =>
      [file, ...(path.length > 0 ? [path.join('.')] : []), message].join(': '),
    );
    throw new DefinitionError(faults.join('\n'));
  }
  const unknown = findUnknownPlaceholders(parsed.data);
  if (unknown.length > 0)
    throw new DefinitionError(`${file}: command: no parameter is called ${unknown.join(', ')}`);
  return parsed.data;
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new DefinitionError(`${file}: ${error instanceof Error ? error.message : 'is not YAML'}`);
  }
}

function findUnknownPlaceholders(parsed: Definition): string[] {
  const one = parsed.run === 'each' || parsed.inputs.max === 1 ? ['input', 'name', 'stem'] : [];
  const known = new Set([...Object.keys(parsed.params), ...one, 'inputs', 'outputs']);
  return findPlaceholders(parsed).filter((name) => !known.has(name));
}

async function readVersion({ version: [program = '', ...args] }: Definition): Promise<string> {
  const said = await promisify(execFile)(program, args, { timeout: VERSION_MS }).catch(
    (error: { stdout?: string; stderr?: string }) => error,
  );
  const line = `${said.stdout ?? ''}\n${said.stderr ?? ''}`.split('\n').find((text) => text.trim() !== '');
  return line?.trim().slice(0, 200) ?? 'unknown';
}
