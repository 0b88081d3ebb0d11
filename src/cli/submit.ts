/** `darkroom submit`: submits a job from files, URLs and parameters. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { parseJson } from '../api/bodies/json-body.ts';
import type { Darkroom, JobRequest } from '../client/client.ts';
import { parseNumberText } from '../lib/number-text.ts';
import { connect, printJson, type ServerOptions, say, withServer } from './connection.ts';
import { makeFolder } from './destination.ts';
import { UsageError } from './exit-code.ts';
import { JobFailure } from './failure.ts';
import { type FollowOptions, followJob, reportEnd, timeoutOption } from './follow-job.ts';
import { parseAsset, parseLabels } from './job-inputs.ts';
import { assign } from './params/assignments.ts';

interface Options extends ServerOptions, FollowOptions {
  readonly operation: string;
  readonly set?: readonly string[];
  readonly params?: string;
  readonly id?: string;
  readonly callback?: string;
  readonly label?: readonly string[];
  readonly priority?: string;
  readonly keepDays?: string;
  readonly reuse: boolean;
  readonly wait?: boolean;
  readonly out?: string;
}

const repeated = (value: string, before: readonly string[] = []) => [...before, value];

export function define(command: Command): void {
  withServer(
    command
      .argument(
        '[asset...]',
        'files (uploaded), URLs (downloaded by the server), or path:NAME (below an input root of the server)',
      )
      .requiredOption('-o, --operation <name>', 'operation to run; "darkroom operations" lists them')
      .option('-s, --set <name=value>', 'a parameter; repeatable; a.b=… sets a nested one', repeated)
      .option('--params <file>', 'parameters from a JSON file, or - for standard input; --set overrides them')
      .option('--id <id>', 'id of the job; repeating the same request with it returns the same job')
      .option('--callback <url>', 'URL to call when the job has ended')
      .option('--label <name=value>', 'a label; repeatable', repeated)
      .option(
        '--priority <1-5>',
        '1 runs first; default: 3; 1 and 2 precede other tenants and take the role operator',
      )
      .option('--keep-days <days>', 'days that the job is kept after its end; 0.5 is half a day')
      .option('--no-reuse', 'compute everything, also what an earlier job has computed')
      .option('--watch', 'wait for the end and show progress')
      .option('--wait', 'wait for the end without showing progress')
      .option('--out <dir>', 'wait, and write the results to this directory')
      .addOption(timeoutOption('stop waiting after this time; the job continues')),
    'print one JSON document (with --watch: a line for each change)',
  ).action(submit);
}

async function submit(assets: readonly string[], options: Options): Promise<void> {
  const client = connect(options);
  const { id } = options;
  if (options.out !== undefined) await makeFolder(options.out);
  const job = await client.submit({
    operation: options.operation,
    params: await readParams(client, options),
    assets: await Promise.all(assets.map(parseAsset)),
    ...(id === undefined ? {} : { id }),
    ...(options.callback === undefined ? {} : { callback: { url: options.callback } }),
    ...(options.label === undefined ? {} : { labels: parseLabels(options.label) }),
    ...(options.priority === undefined ? {} : { priority: parseNumber('--priority', options.priority) }),
    ...(options.keepDays === undefined ? {} : { keep_days: parseNumber('--keep-days', options.keepDays) }),
    ...(options.reuse ? {} : { reuse: false }),
  });
  if (!options.json) console.log(job.id);
  if (!options.watch && !options.wait && options.out === undefined) {
    if (options.json) printJson(job);
    else if (process.stdout.isTTY) say(`Watch it: darkroom watch ${job.id}`);
    return;
  }
  try {
    await reportEnd(client, await followJob(client, job.id, options), options);
  } catch (error) {
    throw new JobFailure(job.id, error);
  }
}

/** The server checks the range. */
function parseNumber(option: string, text: string): number {
  const { value, fault = 'must be a number' } = parseNumberText(text);
  if (value === undefined) throw new UsageError(`${option} ${text}: ${fault}`);
  return value;
}

async function readParams(
  client: Darkroom,
  { params, set = [], operation }: Options,
): Promise<NonNullable<JobRequest['params']>> {
  const base = params === undefined ? {} : await readParamsFile(params);
  if (set.length === 0) return base;
  const { params: schema } = await client.operation(operation);
  return assign(set, base, schema);
}

async function readParamsFile(file: string): Promise<Record<string, unknown>> {
  const name = file === '-' ? 'standard input' : file;
  try {
    // As the server parses it: a number that a double cannot hold is rejected, not changed.
    const value = parseJson(
      file === '-' ? await text(process.stdin) : await readFile(file, 'utf8'),
      'The file',
    );
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`--params ${name}: ${(error as Error).message}`, { cause: error });
  }
  throw new UsageError(`--params ${name}: must contain a JSON object`);
}
