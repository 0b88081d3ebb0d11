/**
 * `npm run bench`: measures the overhead of darkroom as ratios to baselines in the same run. Ratios depend less on the machine
 * than timings. The comment at the top of each benchmark names its baseline.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchmarks, type Sizes } from './catalogue.ts';
import { startRig } from './rig.ts';
import { formatRow } from './rows.ts';

const help = `npm run bench -- [NAME …] [--jobs N] [--assets N] [--queued N]

Measures darkroom and a baseline in the same run. Default: all benchmarks. Temporary data is written to ${tmpdir()}.

${Object.entries(benchmarks)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join('\n')}

  --jobs N    jobs that "list" runs and lists (default 2000)
  --assets N  assets of the job of "assets" (default 10000, the maximum of one request)
  --queued N  jobs that wait in "fairness" (default 10000)
`;

/** @throws TypeError if an argument is invalid */
function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      jobs: { type: 'string', default: '2000' },
      assets: { type: 'string', default: '10000' },
      queued: { type: 'string', default: '10000' },
    },
  });
  const unknown = positionals.find((name) => !Object.hasOwn(benchmarks, name));
  if (unknown !== undefined) throw new TypeError(`There is no benchmark "${unknown}"`);
  const sizes = { jobs: Number(values.jobs), assets: Number(values.assets), queued: Number(values.queued) };
  for (const [name, size] of Object.entries(sizes))
    if (!Number.isInteger(size) || size < 100)
      throw new TypeError(`--${name} must be a whole number of 100 or more`);
  return { names: positionals, sizes, help: values.help };
}

/** Runs each benchmark on a new darkroom, so that results do not depend on earlier ones. */
async function measure(names: readonly string[], sizes: Sizes): Promise<void> {
  console.log(`${availableParallelism()} cores of ${cpus()[0]?.model}, Node ${process.version}`);
  for (const [name, { run }] of Object.entries(benchmarks)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const dataDir = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
    const removeData = () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    // Also after a signal, which ends the process before `finally`.
    process.once('exit', removeData);
    // A load well above 0 means that other programs distort the results.
    console.log(`\n${name} (load average before: ${loadavg()[0]?.toFixed(1)})`);
    try {
      const rig = await startRig(dataDir);
      try {
        for await (const row of run(rig, sizes)) console.log(formatRow(row));
      } finally {
        await rig.stop();
      }
    } finally {
      process.off('exit', removeData);
      removeData();
    }
  }
}

// Child processes are stopped on exit. A signal would end this process without that.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  const { names, sizes, help: asked } = readArguments();
  if (asked) console.log(help);
  else await measure(names, sizes);
  process.exit();
} catch (error) {
  console.error(error instanceof TypeError ? `${error.message}\n\n${help}` : error);
  process.exit(1);
}
