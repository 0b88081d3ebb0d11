/** `darkroom list`: prints jobs as a table, unfinished ones first. */
import { type Command, Option } from 'commander';
import type { Job, JobFilter } from '../client/client.ts';
import { states } from '../jobs/model/states.ts';
import { formatAge } from '../lib/units.ts';
import { parseLabels, repeated } from './assets/labels.ts';
import { connect, printJson, type ServerOptions, say, withServer } from './connection.ts';
import { UsageError } from './exit-code.ts';
import { parseTime } from './parse-time.ts';
import { colourOfState } from './terminal/colour.ts';
import { columns } from './terminal/columns.ts';

interface Options extends ServerOptions {
  readonly state?: Job['state'];
  readonly operation?: string;
  readonly dialect?: string;
  readonly since?: string;
  readonly label?: readonly string[];
  readonly idPrefix?: string;
  readonly limit: string;
  readonly all?: boolean;
}

export function define(command: Command): void {
  withServer(
    command
      .addOption(new Option('--state <state>', 'only jobs in this state').choices(states))
      .option('--operation <name>', 'only jobs of this operation')
      .option('--dialect <name>', 'only jobs that were submitted through this API')
      .option('--since <time>', 'only jobs created since then: 30m, 2h, 7d, or a date')
      .option('--label <name=value>', 'only jobs with this label; repeatable: with all of them', repeated)
      .option('--id-prefix <text>', 'only jobs whose id begins with this')
      .option('--limit <number>', 'maximum number of jobs', '20')
      .option('--all', 'no maximum'),
    'print a line of JSON for each job',
  ).action(list);
}

async function list(options: Options): Promise<void> {
  const limit = options.all ? Number.POSITIVE_INFINITY : parseLimit(options.limit);
  const jobs: Job[] = [];
  let more = false;
  for await (const job of connect(options).list(parseFilter(options))) {
    more = jobs.length === limit;
    if (more) break;
    jobs.push(job);
    if (options.json) printJson(job);
  }
  if (options.json) return;
  if (jobs.length === 0) return say('No jobs');
  const rows = jobs.map((job) => [
    job.id,
    { text: job.paused ? `${job.state}, paused` : job.state, colour: colourOfState(job.state) },
    `${Math.floor(job.progress)} %`,
    job.operation,
    formatAge(Date.parse(job.created_at)),
  ]);
  console.log(columns([['ID', 'STATE', 'PROGRESS', 'OPERATION', 'CREATED'], ...rows]));
  if (more) say('More jobs match: use --limit or --all');
}

function parseFilter({ state, operation, dialect, since, label, idPrefix }: Options): JobFilter {
  const time = since === undefined ? undefined : parseTime(since, 'past');
  if (time === null)
    throw new UsageError(`--since ${since}: must be 30m, 2h, 7d, or a date such as 2026-11-21`);
  return {
    ...(state === undefined ? {} : { state }),
    ...(operation === undefined ? {} : { operation }),
    ...(dialect === undefined ? {} : { dialect }),
    ...(time === undefined ? {} : { since: time }),
    ...(label === undefined ? {} : { labels: parseLabels(label) }),
    ...(idPrefix === undefined ? {} : { idPrefix }),
  };
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new UsageError(`--limit ${text}: must be a whole number above 0`);
}
