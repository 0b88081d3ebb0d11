/** What jobs cost in Temporal: workflow tasks, and the actions that Temporal Cloud bills, counted in real histories. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import { createActivities } from '../../../activities/index.ts';
import { LocalAttempts } from '../../../activities/local-attempts.ts';
import { type Api, composeApi, composeWorker } from '../../../src/compose.ts';
import { readConfig } from '../../../src/config/config.ts';
import type { jobSpec } from '../../../src/jobs/model/job-spec.ts';
import { workflowIdOf } from '../../../src/temporal/names.ts';
import { countBillableActions } from '../../support/billable-actions.ts';
import { photo } from '../../support/photos.ts';
import { sharedWorkerPictures } from '../../support/picture-processes.ts';
import { installTestRuntime } from '../../support/sdk-runtime.ts';
import { createNamespace } from '../../support/shared-temporal.ts';
import { startWeb, type Web } from '../../support/web.ts';
import { startWorkers } from '../../support/workers.ts';

/** A busy machine does not end local attempts. */
const PATIENT_MS = 600_000;

let dataDir: string;
let api: Api;
let web: Web;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  installTestRuntime();
  dataDir = await mkdtemp(join(tmpdir(), 'darkroom-test-'));
  web = await startWeb({ '/coffee.jpg': await photo('coffee.jpg') });
  const temporal = await createNamespace();
  const config = readConfig({ DARKROOM_DATA: dataDir, DARKROOM_ALLOW_NETWORKS: '127.0.0.0/8' });
  const overrides = { pictures: await sharedWorkerPictures() };
  api = await composeApi(config, temporal, overrides);
  const worker = await composeWorker(
    config,
    { client: api.client, target: temporal, scratch: join(dataDir, 'work') },
    overrides,
  );
  const localAttempts = new LocalAttempts({ limitMs: PATIENT_MS, stageMs: PATIENT_MS });
  const activities = createActivities({ ...worker.dependencies, localAttempts });
  stopWorker = await startWorkers(temporal, { ...worker, activities });
});

afterAll(async () => {
  await stopWorker();
  await api.client.connection.close();
  await web.close();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

/** Runs a job with a callback. Returns the events of its history. */
async function run(spec: z.input<typeof jobSpec>) {
  const callback = { url: `${web.url}/hook` };
  const { job } = await api.submissions.submit(
    { tenant: 'public', dialect: 'native' },
    { ...spec, callback },
  );
  const workflow = api.client.workflow.getHandle(workflowIdOf(job));
  expect(await workflow.result()).toMatchObject({ state: 'completed' });
  return (await workflow.fetchHistory()).events ?? [];
}

const assets = () => [{ source: { url: `${web.url}/coffee.jpg` } }];

test.each([
  ['an echo', () => ({ operation: 'system.echo' })],
  ['one photograph', () => ({ operation: 'image.transform', params: { width: 50 }, assets: assets() })],
  ['two stages', () => ({ operation: 'image.metadata', assets: assets() })],
])('%s with a callback takes one workflow task, one memo and two billable actions', async (_, spec) => {
  const events = await run(spec());
  expect(countBillableActions(events)).toEqual({ 'workflow start': 1, 'local activities of a task': 1 });
  const count = (field: keyof (typeof events)[number]) =>
    events.filter((event) => Object.hasOwn(event, field)).length;
  expect(count('workflowTaskStartedEventAttributes')).toBe(1);
  expect(count('workflowPropertiesModifiedEventAttributes')).toBe(1);
});

test('a stage that is not short takes one action more', async () => {
  const events = await run({ operation: 'test.echo' });
  const { signal = 0, 'search attributes': attributes = 0, ...actions } = countBillableActions(events);
  // On a busy machine, the activity signals that it has begun, which the workflow publishes.
  expect(attributes).toBe(2 * signal);
  expect(actions).toEqual({
    'workflow start': 1,
    'activity attempt': 1,
    'local activities of a task': 1,
  });
});
