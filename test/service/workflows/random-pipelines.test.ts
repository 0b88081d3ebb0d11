/**
 * Random pipelines end as a plain interpreter says, and compute each completed step once. `PIPELINES=200` tries more of them, and
 * `DARKROOM_FUZZ_SEED` others.
 */
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seed } from '../../support/fixed-seed.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { interpret, type RandomPipeline, randomPipeline } from '../../support/pipeline-interpreter.ts';
import { textOperations } from '../../support/pipeline-operations.ts';
import { startWeb, type Web } from '../../support/web.ts';

const COUNT = Number(process.env['PIPELINES'] ?? 12);
const MAX_STEPS = 12;

/** Pipelines that run at once. */
const AT_ONCE = 6;

const tools = textOperations();
let lab: Lab;
let web: Web;

beforeAll(async () => {
  web = await startWeb(Object.fromEntries([...'abcde'].map((name) => [`/${name}.txt`, Buffer.from(name)])));
  lab = await startLab({ operations: tools.operations });
});

afterAll(async () => {
  await lab.dispose();
  await web.close();
});

async function run({ assets, steps, results }: RandomPipeline): Promise<ReturnType<typeof interpret>> {
  const job = await lab.submit({
    steps: Object.fromEntries(steps.map(({ name, use, ...step }) => [name, { ...step, use: [...use] }])),
    results: [...results],
    assets: assets.map((name) => ({
      source: { url: `${web.url}/${name}.txt` },
      attributes: { letter: name },
    })),
  });
  const ended = await lab.until(job, 'completed', 'failed');
  const states = ended.steps.map(({ name, state }) => [name, state] as const);
  const files: Record<string, string> = {};
  if (ended.state === 'completed')
    for (const { entry, open } of (await (await lab.jobs.open(job)).result()).files)
      files[entry.path] = await text(await open());
  return {
    state: ended.state,
    steps: Object.fromEntries(states),
    files,
  } as ReturnType<typeof interpret>;
}

test(`${COUNT} random pipelines (seed ${seed}) end as an interpreter says`, async () => {
  const pipelines = fc.sample(randomPipeline(MAX_STEPS), { numRuns: COUNT, seed });
  for (let from = 0; from < pipelines.length; from += AT_ONCE)
    await Promise.all(
      pipelines.slice(from, from + AT_ONCE).map(async (pipeline) => {
        expect(await run(pipeline), JSON.stringify(pipeline)).toEqual(interpret(pipeline));
      }),
    );
}, 600_000);
