/** Attributes that an operation needs: required when a task is made, and reported for each asset that lacks them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineOperation } from '../../../operations/operation.ts';
import { createRegistry } from '../../../operations/registry.ts';
import { validateAssets } from '../../../src/jobs/submit/validate.ts';
import { ConfigError } from '../../../src/lib/settings/config-error.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { type Tasks, tasksOf } from '../../support/tasks.ts';

const survey = defineOperation({
  name: 'test.survey',
  title: 'Survey',
  description: 'Needs places.',
  params: z.strictObject({}),
  inputs: { min: 1, max: 100, media: ['*/*'] },
  attributes: [
    { name: 'longitude', description: 'degrees east' },
    { name: 'site/name', description: 'what people call it' },
  ],
  result: 'json',
  engine: {},
  stages: [{ name: 'survey', title: 'Survey', capability: 'io', run: ({ outputs }) => outputs.json(null) }],
});

/** A stack that has one operation more, and runs it for tasks. */
const startWith = (operation: string, params: object | null) =>
  startStack({
    env: {
      DARKROOM_TASK_OPERATION: operation,
      ...(params && { DARKROOM_TASK_PARAMS: JSON.stringify(params) }),
    },
    overrides: { operations: [survey] },
  });

let darkroom: Darkroom;
let request: Darkroom['request'];
let tasks: Tasks;

beforeAll(async () => {
  darkroom = await startWith('test.survey', null);
  request = darkroom.request;
  tasks = tasksOf({ request });
});
afterAll(() => darkroom.dispose());

const asset = (attributes?: Record<string, unknown>) => ({
  file_name: 'a.jpg',
  ...(attributes && { attributes }),
  download_url: 'https://images.example.com/a.jpg',
});
const whole = { longitude: 14.42, 'site/name': ['any', 'JSON'] };

describe('attributes that the operation needs', () => {
  test('are listed when a task is created, and in the operation', async () => {
    expect((await tasks.create()).attributes).toEqual(['longitude', 'site/name']);
    const shown = await (await request('/v1/operations/test.survey')).json();
    expect(shown).toMatchObject({ attributes: survey.attributes });
  });

  test('are required in each asset by name, else the call is rejected', async () => {
    const { task_id } = await tasks.create();
    const data = [asset(whole), asset({ longitude: null, 'site/name': '' }), asset()];
    const { status, body } = await tasks.give(task_id, data);
    expect([status, body.success, body.message?.split('; ')]).toEqual([
      422,
      false,
      [
        'data[1].attributes.longitude: is missing, and test.survey needs it: degrees east',
        'data[2].attributes.longitude: is missing, and test.survey needs it: degrees east',
        'data[2].attributes.site/name: is missing, and test.survey needs it: what people call it',
      ],
    ]);
    expect(await (await request(`/v1/jobs/${task_id}`)).json()).toMatchObject({ assets: { total: 0 } });
    expect(await tasks.give(task_id, [asset(whole)])).toMatchObject({ status: 200, body: { success: true } });
    expect(await (await request(`/v1/jobs/${task_id}`)).json()).toMatchObject({ assets: { total: 1 } });
  });

  test('are required by the native API too', async () => {
    const source = { url: 'https://images.example.com/a.jpg' };
    const spec = { operation: 'test.survey', assets: [{ source, attributes: whole }, { source }] };
    const { status, body } = await tasks.send('POST', '/v1/jobs', spec);
    expect([
      status,
      (body as unknown as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer),
    ]).toEqual([422, ['/assets/1/attributes/longitude', '/assets/1/attributes/site~1name']]);
  });
});

test('are missing of a file that no asset names', () => {
  const rules = { operations: createRegistry([survey]), whyUrlRejected: () => null };
  const files = [{ part: 'photo', name: 'a.jpg', upload: { upload: 'x', size: 1, sha256: '' } }];
  expect(() => validateAssets([], ['test.survey'], rules, files)).toThrow(
    '/assets: must name the file part "photo" and give it the attribute "longitude"',
  );
  const named = [{ source: { upload: 'photo' }, attributes: whole }];
  expect(validateAssets(named, ['test.survey'], rules, files)).toHaveLength(1);
});

describe('invalid settings stop the server', () => {
  test.each([
    [
      'image.nothing',
      null,
      /DARKROOM_TASK_OPERATION="image.nothing": there is no such operation; there are .*test\.survey/,
    ],
    ['test.survey', { as: 'zip' }, /DARKROOM_TASK_PARAMS="\{"as":"zip"\}": as: unknown parameter/],
  ])('%s with %j', async (operation, params, message) => {
    await expect(startWith(operation, params)).rejects.toThrow(ConfigError);
    await expect(startWith(operation, params)).rejects.toThrow(message);
  });
});
