/**
 * `npm run bench`: what darkroom costs on top of the raw work, each as a ratio within one run. Timings of one machine
 * say little about another; the ratios travel better.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchPipeline } from './pipeline.ts';
import { startRig } from './rig.ts';
import { benchStatus } from './status.ts';
import { benchSubmit } from './submit.ts';

const benches = { submit: benchSubmit, status: benchStatus, pipeline: benchPipeline };
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`There is no bench "${unknown.join('", "')}"; there are ${Object.keys(benches).join(', ')}`);
  process.exit(1);
}

const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-bench-'));
const rig = await startRig(dataDir);
try {
  for (const [name, bench] of Object.entries(benches)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.log(`\n${name}`);
    for (const { what, value, baseline, unit, ratio } of await bench(rig)) {
      console.log(
        `  ${what.padEnd(58)} ${value.toFixed(2).padStart(8)} ${unit}   baseline ${baseline.toFixed(2).padStart(8)}   ratio ${ratio.toFixed(2)}`,
      );
    }
  }
} finally {
  await rig.stop();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
}
process.exit();
