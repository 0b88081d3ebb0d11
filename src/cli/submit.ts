/** `darkroom submit`: submits a job from files, URLs and parameters. */
import type { Command } from 'commander';
import type { Darkroom, JobRequest } from '../client/client.ts';
import { parseNumberText } from '../lib/number-text.ts';
import { parseLabels, repeated } from './assets/labels.ts';
import { assetHelp, readAssets } from './assets/read-assets.ts';
import { readObject, readSteps } from './assets/read-object.ts';
import { connect, printJson, type ServerOptions, withServer } from './connection.ts';
import { makeFolder } from './destination.ts';
import { UsageError } from './exit-code.ts';
import { JobFailure } from './failure.ts';
import { type FollowOptions, followJob, reportEnd, timeoutOption } from './follow-job.ts';
import { sayNext } from './next-commands.ts';
import { assign } from './params/assignments.ts';
import { nameUpload, printPlan } from './plan.ts';
import { parseTemplateName, readSchema } from './templates/template-name.ts';

interface Options extends ServerOptions, FollowOptions {
  readonly operation?: string;
  readonly template?: string;
  readonly steps?: string;
  readonly set?: readonly string[];
  readonly params?: string;
  readonly stdinName: string;
  readonly id?: string;
  readonly callback?: string;
  readonly label?: readonly string[];
  readonly priority?: string;
  readonly keepDays?: string;
  readonly reuse: boolean;
  readonly wait?: boolean;
  readonly dryRun?: boolean;
  readonly out?: string;
}

export function define(command: Command): void {
  defineSubmission(
    command
      .option('-o, --operation <name>', 'operation to run; "darkroom operations" lists them')
      .option(
        '-t, --template <name>',
        'template to run, as NAME or NAME@VERSION; "darkroom templates list" lists them',
      )
      .option('--steps <file>', 'a pipeline: its steps from a JSON or YAML file, or - for standard input'),
  ).action(submit);
}

/** Adds the assets and the options of a job. */
export const defineSubmission = (command: Command): Command =>
  withServer(
    command
      .argument('[asset...]', assetHelp)
      .option('-s, --set <name=value>', 'a parameter; repeatable; a.b=… sets a nested one', repeated)
      .option('--params <file>', 'parameters from a JSON file, or - for standard input; --set overrides them')
      .option('--dry-run', 'show what would be computed; nothing is stored or started')
      .option('--stdin-name <name>', 'name of the asset -', 'stdin')
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
      .option('--out <dir>', 'wait, and write the results to this directory; - for standard output')
      .addOption(timeoutOption('stop waiting after this time; the job continues')),
    'print one JSON document (with --watch: a line for each change)',
  );

export async function submit(assets: readonly string[], options: Options): Promise<void> {
  const { out, json } = options;
  checkOptions(assets, options);
  const client = connect(options);
  const { assets: listed = [], ...request } = await readJob(client, options);
  const read = await readAssets(assets, options.stdinName);
  if (options.dryRun) {
    const named = [...listed, ...read].map((asset, index) => nameUpload(asset, index));
    return printPlan(await client.plan({ ...request, ...readSettings(options), assets: named }), json);
  }
  if (out !== undefined && out !== '-') await makeFolder(out);
  const job = await client.submit({ ...request, ...readSettings(options), assets: [...listed, ...read] });
  if (!json && out !== '-') console.log(job.id);
  if (!options.watch && !options.wait && out === undefined) {
    if (json) printJson(job);
    else if (process.stdout.isTTY) await sayNext(client, job.id);
    return;
  }
  try {
    await reportEnd(client, await followJob(client, job.id, options), options);
  } catch (error) {
    throw new JobFailure(job.id, error);
  }
}

function checkOptions(assets: readonly string[], options: Options): void {
  const { operation, template, steps, params, set, out, json } = options;
  if ([operation, template, steps].filter((given) => given !== undefined).length !== 1)
    throw new UsageError(
      'Give one of --operation NAME, --template NAME, and --steps FILE for a pipeline of your own',
    );
  if (template !== undefined) parseTemplateName(template);
  if (steps !== undefined && (params !== undefined || set !== undefined))
    throw new UsageError(
      '--set and --params are for one operation; put the parameters of steps into the file',
    );
  if ([params, steps, ...assets].filter((text) => text === '-').length > 1)
    throw new UsageError('-: standard input can be read once');
  if (out === '-' && json) throw new UsageError('--out - and --json both write to standard output');
}

/** The operation or the steps. */
async function readJob(
  client: Darkroom,
  { steps, operation = '', template, params, set = [] }: Options,
): Promise<JobRequest> {
  if (steps !== undefined) return readSteps(steps);
  const base = params === undefined ? {} : await readObject('--params', params);
  const what = template === undefined ? { operation } : { template };
  if (set.length === 0) return { ...what, params: base };
  const schema =
    template === undefined ? (await client.operation(operation)).params : await readSchema(client, template);
  return { ...what, params: assign(set, base, schema) };
}

const readSettings = ({ id, callback, label, priority, keepDays, reuse }: Options): Partial<JobRequest> => ({
  ...(reuse ? {} : { reuse: false }),
  ...(id === undefined ? {} : { id }),
  ...(callback === undefined ? {} : { callback: { url: callback } }),
  ...(label === undefined ? {} : { labels: parseLabels(label) }),
  ...(priority === undefined ? {} : { priority: parseNumber('--priority', priority) }),
  ...(keepDays === undefined ? {} : { keep_days: parseNumber('--keep-days', keepDays) }),
});

/** The server checks the range. */
function parseNumber(option: string, text: string): number {
  const { value, fault = 'must be a number' } = parseNumberText(text);
  if (value === undefined) throw new UsageError(`${option} ${text}: ${fault}`);
  return value;
}
