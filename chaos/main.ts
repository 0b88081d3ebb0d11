/** `npm run chaos`: proves that nothing is lost, repeated or wrong, whatever is killed. Exits with 1 on any violation. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Violation } from './checks/violation.ts';
import { runKills } from './kills.ts';
import { load } from './load/catalogue.ts';
import { runOutages } from './outages.ts';
import { runPoison } from './poison.ts';
import { formatKills, formatOutages, formatPoison, formatViolations } from './report.ts';

const help = `npm run chaos -- [PART …] [--kills N] [--seed S] [--minutes M]

Starts darkroom, disturbs it, and checks every job that it accepted. Default: all parts. Needs Linux. Temporary data is
written to ${tmpdir()}, and kept if a check fails.

  kills     kills random processes at random moments under a mixed load
  poison    runs jobs that kill their worker beside innocent jobs of every operation
  outages   stops Temporal and an S3 server in the middle of the work

  --kills N    number of kills (default 300)
  --seed S     seed of the kills and of the load (default: the time)
  --minutes M  maximum duration of the kills (default 60)
  --mean MS    mean time between two kills, in milliseconds (default 3000)
  --models     reconstructs 3D models, too
  --beside N   innocent jobs of each operation (default 12)
  --outage S   seconds of each outage (default 60)
`;

const parts = ['kills', 'poison', 'outages'] as const;

/** @throws TypeError if an argument is invalid */
function readArguments() {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      models: { type: 'boolean', default: false },
      kills: { ...text, default: '300' },
      seed: { ...text, default: String(Date.now() % 1_000_000) },
      minutes: { ...text, default: '60' },
      mean: { ...text, default: '3000' },
      beside: { ...text, default: '12' },
      outage: { ...text, default: '60' },
    },
  });
  const unknown = positionals.find((name) => !parts.includes(name as never));
  if (unknown !== undefined) throw new TypeError(`There is no part "${unknown}"`);
  const number = (name: 'kills' | 'seed' | 'minutes' | 'mean' | 'beside' | 'outage') => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1)
      throw new TypeError(`--${name} must be a whole number of 1 or more`);
    return value;
  };
  return {
    help: values.help,
    parts: parts.filter((part) => positionals.length === 0 || positionals.includes(part)),
    models: values.models,
    kills: number('kills'),
    seed: number('seed'),
    minutes: number('minutes'),
    meanMs: number('mean'),
    beside: number('beside'),
    outageSeconds: number('outage'),
  };
}

const log = (line: string) => console.error(`${new Date().toISOString()} ${line}`);

async function run(options: ReturnType<typeof readArguments>): Promise<readonly Violation[]> {
  const root = await mkdtemp(join(tmpdir(), 'darkroom-chaos-'));
  log(`seed ${options.seed}, data in ${root}`);
  const violations: Violation[] = [];
  const show = (title: string, table: string, found: readonly Violation[]) => {
    violations.push(...found);
    console.log(`## ${title}\n\n${table}\n\n${formatViolations(found)}\n`);
  };
  for (const part of options.parts) {
    const directory = join(root, part);
    await mkdir(directory);
    if (part === 'kills') {
      const submissions = load(options.models);
      const report = await runKills(directory, { ...options, submissions, concurrency: 6, log });
      show(`Kills, seed ${options.seed}`, formatKills(report), report.violations);
    } else if (part === 'poison') {
      const report = await runPoison(directory, { ...options, submissions: load(options.models), log });
      show('Poison', formatPoison(report), report.violations);
    } else {
      const report = await runOutages(directory, { seconds: options.outageSeconds, log });
      show('Outages', formatOutages(report.rows), report.violations);
    }
  }
  if (violations.length === 0) await rm(root, { recursive: true, force: true, maxRetries: 5 });
  else log(`data are kept in ${root}`);
  return violations;
}

// The server is killed on exit. A signal would end this process without that.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  const options = readArguments();
  if (options.help) console.log(help);
  process.exit(!options.help && (await run(options)).length > 0 ? 1 : 0);
} catch (error) {
  console.error(error instanceof TypeError ? `${error.message}\n\n${help}` : error);
  process.exit(1);
}
