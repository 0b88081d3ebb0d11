/** A decoder that crashes or takes too much memory fails its own job. The worker and the jobs of others go on. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { eachPicture } from '../../../operations/lib/each-picture.ts';
import { pictureTask } from '../../../operations/lib/picture-process/task.ts';
import type { AssetRequest } from '../../../operations/lib/picture-work.ts';
import { defineOperation, type Operation, onDamaged, onError } from '../../../operations/operation.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { plain } from '../../support/pictures.ts';
import { startWeb, type Web } from '../../support/web.ts';

const params = z.strictObject({ on_error: onError, on_damaged: onDamaged });
type Params = z.infer<typeof params>;

/** An operation whose task is the text of a function. */
function operationOf(name: string, run: string): Operation {
  const module = `data:text/javascript,${encodeURIComponent(`export const task = { run: ${run} };`)}`;
  const task = pictureTask<AssetRequest<Params>, null>(module, async () => null);
  return defineOperation<Params>({
    name,
    title: name,
    description: 'Decodes pictures.',
    params,
    inputs: { min: 1, max: 10, media: ['image/png'] },
    result: 'files',
    engine: {},
    stages: [
      {
        name: 'decode',
        title: 'Decode',
        perAsset: true,
        run: async (context) => void (await eachPicture(context, task, async () => null)),
      },
    ],
  }) as Operation;
}

const killed = operationOf(
  'lab.killed',
  "async () => { process.kill(process.pid, 'SIGKILL'); await new Promise(() => setTimeout(Object, 1e9)); }",
);
const exits = operationOf('lab.exits', 'async () => process.exit(3)');
const hog = operationOf(
  'lab.hog',
  `async () => {
    for (const held = []; ; held.push(Buffer.alloc(2 ** 24, 1))) await new Promise((resolve) => setTimeout(resolve, 5));
  }`,
);

let lab: Lab;
let web: Web;
beforeAll(async () => {
  web = await startWeb({ '/picture.png': await plain(1200, 900, '#336699').png().toBuffer() });
  lab = await startLab({ operations: [killed, exits, hog] });
});
afterAll(async () => {
  await lab.dispose();
  await web.close();
});

test('guilty jobs fail in one attempt each, and the jobs of another tenant complete beside them', async () => {
  const assets = [{ source: { url: `${web.url}/picture.png` }, name: 'picture.png' }];
  const submit = (operation: string, tenant: string) => lab.submit({ operation, assets }, tenant);
  const innocent: ReturnType<typeof submit>[] = [];
  const guilty: ReturnType<typeof submit>[] = [];
  for (const operation of ['lab.killed', 'lab.hog', 'lab.exits']) {
    innocent.push(submit('image.transform', 'bob'), submit('image.metadata', 'bob'));
    guilty.push(submit(operation, 'ada'));
  }
  const failed = await Promise.all(guilty.map(async (job) => lab.until(await job, 'failed')));
  expect(failed.map(({ error }) => error)).toMatchObject([
    {
      code: 'asset_crashes_decoder',
      message: expect.stringContaining('"picture.png") was given up: something killed the process'),
      retryable: false,
    },
    { code: 'asset_too_demanding', message: expect.stringContaining('needed more than 768 MiB of memory') },
    {
      code: 'asset_crashes_decoder',
      message: 'Asset 0 ("picture.png") makes the decoder crash (exit code 3)',
    },
  ]);
  for (const job of innocent) await lab.until(await job, 'completed');
});
