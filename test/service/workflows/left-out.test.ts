/** What stages know of unusable assets, and the notes that they add to the result. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { defineOperation, onError, type StageContext } from '../../../operations/operation.ts';
import { DarkroomError } from '../../../src/errors.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { startWeb, type Web } from '../../support/web.ts';

const nothing = async () => undefined;

const survey = defineOperation({
  name: 'lab.survey',
  title: 'Survey',
  description:
    'Fails one asset in its first stage and another in its third, and lists what the last stage knows.',
  params: z.strictObject({ on_error: onError }),
  inputs: { min: 1, max: 100, media: [] },
  result: 'json',
  engine: {},
  stages: [
    { name: 'first', title: 'First', perAsset: true, run: async (context) => failNamed(context, 'one') },
    { name: 'second', title: 'Second', needsInputs: false, run: nothing },
    { name: 'third', title: 'Third', perAsset: true, run: async (context) => failNamed(context, 'two') },
    { name: 'fourth', title: 'Fourth', run: nothing },
    {
      name: 'last',
      title: 'Last',
      needsInputs: false,
      run: async ({ inputs, leftOut, outputs, note }) => {
        note('few_assets', 'Few assets were usable.');
        await outputs.json({
          inputs: inputs.map(({ name }) => name),
          leftOut: leftOut.map(({ name, error }) => `${name} ${error.code}`),
        });
      },
    },
  ],
});

function failNamed({ inputs, fail, note }: StageContext<unknown>, name: string): void {
  for (const input of inputs)
    if (input.name === name) fail(input, new DarkroomError('asset_corrupt', 'It is damaged'));
    else note('seen', `Seen, not named ${name}.`, input);
}

let lab: Lab;
let web: Web;
beforeAll(async () => {
  web = await startWeb({ '/asset': Buffer.from('a') });
  lab = await startLab({ operations: [survey] });
});
afterAll(async () => {
  await lab.dispose();
  await web.close();
});

test('the last stage gets all failed assets, and the result has the notes of all stages', async () => {
  const asset = (name: string, path = '/asset') => ({ name, source: { url: web.url + path } });
  const job = await lab.submit({
    operation: 'lab.survey',
    params: { on_error: 'skip' },
    assets: [asset('zero'), asset('one'), asset('two'), asset('three', '/missing')],
  });
  await lab.until(job, 'completed');
  const { manifest } = await (await lab.jobs.open(job)).result();
  expect(manifest.data).toEqual({
    inputs: ['zero'],
    leftOut: ['one asset_corrupt', 'two asset_corrupt', 'three asset_not_found'],
  });
  expect(manifest.notes).toEqual([
    { code: 'seen', message: 'Seen, not named one.', asset: 0 },
    { code: 'seen', message: 'Seen, not named one.', asset: 2 },
    { code: 'seen', message: 'Seen, not named two.', asset: 0 },
    { code: 'few_assets', message: 'Few assets were usable.', asset: null },
  ]);
});
