/** The steps of a pipeline from a file. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { parseJson } from '../../api/bodies/json-body.ts';
import type { JobRequest } from '../../client/client.ts';
import { UsageError } from '../exit-code.ts';

/** Parses a file, or `-` for standard input, as a JSON object, or as YAML if its name ends in .yaml or .yml. */
export async function readObject(option: string, file: string): Promise<Record<string, unknown>> {
  const name = file === '-' ? 'standard input' : file;
  let value: unknown;
  try {
    const content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
    // As the server parses it: a number that a double cannot hold is rejected, not changed.
    value = /\.ya?ml$/i.test(file) ? parse(content) : parseJson(content, 'The file');
  } catch (error) {
    throw new UsageError(`${option} ${name}: ${(error as Error).message}`, { cause: error });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new UsageError(`${option} ${name}: must contain a JSON object`);
}

/** Reads a job with `steps`, or only the map of steps, in which each has an operation. */
export async function readSteps(file: string): Promise<JobRequest> {
  const document = await readObject('--steps', file);
  const { steps } = document;
  const isJob = typeof steps === 'object' && steps !== null && !('operation' in steps);
  // The server checks it, and names the fields.
  return (isJob ? document : { steps: document }) as JobRequest;
}
