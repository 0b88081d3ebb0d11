/** Attributes that an operation needs: asked for when a task is made, and missed in each asset that lacks them. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineOperation } from '../../../operations/operation.ts';
import { createRegistry } from '../../../operations/registry.ts';
import { createApp } from '../../../src/api/app.ts';
import type { ApiDependencies } from '../../../src/api/context.ts';
import { createMetrics } from '../../../src/api/metrics.ts';
import { createHttpServer } from '../../../src/api/server/server.ts';
import { loadKeyring } from '../../../src/auth/load-keyring.ts';
import { readConfig } from '../../../src/config/config.ts';
import { loadDialects } from '../../../src/dialects/load.ts';
import { listPhotographs } from '../../../src/inputs/photographs.ts';
import { Jobs } from '../../../src/jobs/jobs.ts';
import { Estimator } from '../../../src/jobs/query/estimator.ts';
import { Watcher } from '../../../src/jobs/query/watcher.ts';
import { tenantQuotas } from '../../../src/jobs/submit/concurrency-quota.ts';
import { JobSubmissions } from '../../../src/jobs/submit/job-submissions.ts';
import { validateAssets } from '../../../src/jobs/submit/validate.ts';
import { ConfigError } from '../../../src/lib/settings/config-error.ts';
import { createLog } from '../../../src/log.ts';
import { refusalOf } from '../../../src/net/guarded-http.ts';
import { createJobArchive } from '../../../src/storage/archive.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import { StoredUsage } from '../../../src/storage/usage.ts';
import { TemporalRuntime } from '../../../src/temporal/runtime.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { type Tasks, tasksOf } from '../../support/tasks.ts';
import { temporalOf } from '../../support/temporal.ts';

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

let darkroom: Darkroom;
let request: Darkroom['request'];
let tasks: Tasks;
let end: () => Promise<void>;
let startApp: (
  operation: string,
  params: Record<string, unknown> | null,
) => Promise<ReturnType<typeof createApp>>;

/** An API of its own, beside a whole darkroom: the same Temporal server and store, and one operation more. */
beforeAll(async () => {
  darkroom = await startStack();
  const client = await temporalOf(darkroom);
  const keys = await loadKeyring([], darkroom.dataDir);
  const store = createFilesystemStore({ root: join(darkroom.dataDir, 'store') });
  const archive = createJobArchive(store, keys);
  const operations = createRegistry([survey]);
  const runtime = new TemporalRuntime(client, operations.capabilities);
  const quotas = tenantQuotas(runtime, () => Number.POSITIVE_INFINITY);
  const jobs = new Jobs({ runtime, archive, quotas });
  const rules = {
    runtime,
    archive,
    operations,
    quotas,
    fingerprints: (text: string) => keys.fingerprints(text),
    whyUrlRejected: (url: string) => refusalOf(url, []),
    firstAssetMs: 60_000,
    callbackScheduleMs: [],
    retention: { jobMs: null, workMs: 1e9 },
    queueUnavailable: false,
  };
  startApp = async (operation, params) => {
    const metrics = createMetrics(runtime);
    const dependencies: ApiDependencies = {
      jobs,
      usage: new StoredUsage(store),
      submissions: new JobSubmissions(rules, jobs),
      watcher: new Watcher((ref) => jobs.open(ref)),
      estimator: new Estimator(runtime),
      runtime,
      operations,
      checkStore: () => store.check(),
      photographs: (directory) => listPhotographs([], directory),
      checkInputFile: async () => {},
      limits: { asset: 2 ** 20, upload: 2 ** 20, json: 2 ** 20 },
      cpuSlots: 1,
      publicUrl: 'http://localhost',
      metrics,
    };
    return createApp({
      ...dependencies,
      dialects: await loadDialects(dependencies, {
        ...readConfig({ DARKROOM_TASK_OPERATION: operation }),
        DARKROOM_TASK_PARAMS: params,
      }),
      log: createLog('warn', 'test'),
      loopbackOnly: true,
      authenticate: null,
    });
  };
  const app = await startApp('test.survey', null);
  const server = createHttpServer((asked, bindings) => app.fetch(asked, bindings));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  request = (path, init) => fetch(new URL(path, `http://127.0.0.1:${port}`), init);
  tasks = tasksOf({ request });
  end = async () => {
    server.closeAllConnections();
    server.close();
    await client.connection.close();
  };
});
afterAll(async () => {
  await end();
  await darkroom.dispose();
});

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
  expect(() => validateAssets([], 'test.survey', rules, files)).toThrow(
    '/assets: must name the file part "photo" and give it the attribute "longitude"',
  );
  const named = [{ source: { upload: 'photo' }, attributes: whole }];
  expect(validateAssets(named, 'test.survey', rules, files)).toHaveLength(1);
});

describe('invalid settings stop the server', () => {
  test.each([
    [
      'image.nothing',
      null,
      /DARKROOM_TASK_OPERATION="image.nothing": there is no such operation; there are test.survey/,
    ],
    ['test.survey', { as: 'zip' }, /DARKROOM_TASK_PARAMS="\{"as":"zip"\}": as: unknown parameter/],
  ])('%s with %j', async (operation, params, message) => {
    await expect(startApp(operation, params)).rejects.toThrow(ConfigError);
    await expect(startApp(operation, params)).rejects.toThrow(message);
  });
});
