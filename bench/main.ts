/**
 * `npm run bench`: what darkroom costs on top of the raw work, each as a ratio within one run. Timings of one machine
 * say little about another; the ratios travel better. What each means stands at the head of its file.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benches, type Sizes } from './catalogue.ts';
import { startRig } from './rig.ts';
import { formatRow } from './rows.ts';

const help = `npm run bench -- [NAME …] [--jobs N] [--assets N]

Measures darkroom next to the raw work, in one run; without a name, everything. Data go to ${tmpdir()} and are removed.

${Object.entries(benches)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join('\n')}

  --jobs N    jobs that "list" makes and lists (default 2000; each really runs)
  --assets N  assets of the large job of "assets" (default 10000, the most that one request takes)
`;

/** Throws a TypeError that says what is wrong. */
function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      jobs: { type: 'string', default: '2000' },
      assets: { type: 'string', default: '10000' },
    },
  });
  const unknown = positionals.find((name) => !Object.hasOwn(benches, name));
  if (unknown !== undefined) throw new TypeError(`There is no bench "${unknown}"`);
  const sizes = { jobs: Number(values.jobs), assets: Number(values.assets) };
  for (const [name, size] of Object.entries(sizes))
    if (!Number.isInteger(size) || size < 100) throw new TypeError(`--${name} must be a number from 100 on`);
  return { names: positionals, sizes, help: values.help };
}

/** Each bench has a darkroom of its own, so that a figure does not depend on what ran before. */
async function measure(names: readonly string[], sizes: Sizes): Promise<void> {
  console.log(`${availableParallelism()} cores of ${cpus()[0]?.model}, Node ${process.version}`);
  for (const [name, { run }] of Object.entries(benches)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-bench-'));
    // What else goes on here: a bench alone on the machine begins with next to no load.
    console.log(`\n${name} (load before it: ${loadavg()[0]?.toFixed(1)})`);
    const rig = await startRig(dataDir);
    try {
      for await (const row of run(rig, sizes)) console.log(formatRow(row));
    } finally {
      await rig.stop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

// Whatever runs for a bench ends when this process exits, which a signal alone would not let it see to.
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
