/** `darkroom operations check`: checks the definition of a command operation, and runs it on samples. */
import { resolve } from 'node:path';
import { loadOperation, readDefinition } from '../../operations/command/load.ts';
import { runTrial } from '../../operations/command/trial.ts';
import { detectSandbox } from '../../operations/lib/sandbox/sandbox.ts';
import { readConfig } from '../config/config.ts';
import { isOnPath } from '../engines/programs.ts';
import { parseJsonText } from '../lib/json-faults.ts';
import { UsageError } from './exit-code.ts';

interface CheckOptions {
  readonly sample?: readonly string[];
  readonly set?: readonly string[];
  readonly out: string;
}

/** @throws Error if the definition is invalid or the program is missing */
export async function checkOperation(file: string, { sample, set, out }: CheckOptions): Promise<void> {
  const path = resolve(file);
  const { command, install } = await readDefinition(path);
  const operation = await loadOperation(path);
  const [program] = command;
  console.log(`✓ ${operation.name}: ${operation.title}`);
  if (!(await isOnPath(program)))
    throw new Error(`${program} is not on the PATH.${install ? ` Run: ${install}` : ''}`);
  console.log(`✓ ${program}: ${operation.engine[program]}`);
  if (!sample) return console.log('  Give --sample FILE to run it');
  const params = Object.fromEntries((set ?? []).map(assignment));
  const { files, data } = await runTrial(
    operation,
    params,
    sample.map((name) => resolve(name)),
    out,
    await detectSandbox(readConfig(process.env, { listens: false }).DARKROOM_SANDBOX),
  );
  for (const name of files) console.log(`✓ ${out}/${name}`);
  if (data !== null) console.log(JSON.stringify(data, null, 2));
}

/** Parses the value as JSON, or else as text. */
function assignment(text: string): [string, unknown] {
  const [name = '', ...rest] = text.split('=');
  const { value = rest.join('='), fault } = parseJsonText(rest.join('='));
  if (fault !== undefined) throw new UsageError(`--set ${text}: ${fault}`);
  return [name, value];
}
