/** What stays when a job is run again, and running it again with little left: an end in Temporal, the record alone, a deletion. */
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job } from '../../../src/jobs/model/job.ts';
import { listEndedExecutions, listExecutionsBelow } from '../../../src/temporal/history.ts';
import { type Gate, HELD, makeGate } from '../../support/gate.ts';
import { storedBelow } from '../../support/more-assets.ts';
import { freePort } from '../../support/ports.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { storeFiles } from '../../support/store-files.ts';
import { temporalOf } from '../../support/temporal.ts';

let darkroom: Darkroom;
let temporal: Client;
let gate: Gate;

beforeAll(async () => {
  gate = await makeGate();
  darkroom = await startStack({ env: { DARKROOM_CALLBACK_SCHEDULE_MS: '600000', ...gate.env } });
  temporal = await temporalOf(darkroom);
});

afterAll(async () => {
  await temporal.connection.close();
  await darkroom.dispose();
  await gate.dispose();
});

const input = (name: string) => join(darkroom.dataDir, 'inputs', name);
const photo = new URL('../../../examples/photos/coffee.jpg', import.meta.url);
const handleOf = (id: string) => temporal.workflow.getHandle(`job/public/${id}`);

const runAgain = async (id: string) => {
  const response = await darkroom.request(`/v1/jobs/${id}/rerun`, { method: 'POST' });
  return { status: response.status, body: (await response.json()) as Job & { code?: string } };
};
const stateOf = async (id: string) => {
  const { run, state } = await darkroom.get(id);
  return `${run} ${state}`;
};
const resultRun = async (id: string) =>
  ((await (await darkroom.request(`/v1/jobs/${id}/result`)).json()) as { run: number }).run;

test('the old result stays until the new one is complete, also if a run is cancelled', async () => {
  await gate.open();
  const { id } = await darkroom.submit({ operation: HELD });
  await darkroom.until(id, 'completed');
  await gate.shut();
  await runAgain(id);
  await darkroom.until(id, 'processing');
  expect(await darkroom.get(id)).toMatchObject({ run: 2, result: { run: 1 } });
  expect(await resultRun(id)).toBe(1);
  expect((await darkroom.request(`/v1/jobs/${id}/files/result.json`)).status).toBe(200);
  await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });
  await expect.poll(() => stateOf(id)).toBe('2 cancelled');
  expect(await darkroom.get(id)).toMatchObject({ result: { run: 1 } });
  expect(await resultRun(id)).toBe(1);
  await gate.open();
  await runAgain(id);
  await expect.poll(() => stateOf(id)).toBe('3 completed');
  expect(await resultRun(id)).toBe(3);
});

test('the old result stays if the new run fails', async () => {
  await copyFile(photo, input('once.jpg'));
  const { id } = await darkroom.submit({
    operation: 'image.transform',
    params: { width: 20 },
    assets: [{ source: { path: 'once.jpg' } }],
  });
  await darkroom.until(id, 'completed');
  await writeFile(input('once.jpg'), 'no longer a picture');
  await runAgain(id);
  await expect.poll(() => stateOf(id)).toBe('2 failed');
  expect(await darkroom.get(id)).toMatchObject({
    error: { code: 'asset_not_an_image' },
    result: { run: 1, files: 1 },
    links: { result: `/v1/jobs/${id}/result`, files: `/v1/jobs/${id}/files` },
  });
  expect(await resultRun(id)).toBe(1);
  expect((await darkroom.request(`/v1/jobs/${id}/files/once.webp`)).status).toBe(404);
  expect((await darkroom.request(`/v1/jobs/${id}/files/once.jpg`)).status).toBe(200);
  await copyFile(photo, input('once.jpg'));
  await runAgain(id);
  await expect.poll(() => stateOf(id)).toBe('3 completed');
  expect(await resultRun(id)).toBe(3);
});

test('a job that was terminated in Temporal can be rerun, unless it waited for assets', async () => {
  await gate.shut();
  const { id } = await darkroom.submit({ operation: HELD, params: { word: 'kept' } });
  await darkroom.until(id, 'processing');
  await handleOf(id).terminate('enough');
  await darkroom.until(id, 'failed');
  await gate.open();
  expect(await runAgain(id)).toMatchObject({ status: 202, body: { run: 2 } });
  await expect.poll(() => stateOf(id)).toBe('2 completed');
  const result = (await (await darkroom.request(`/v1/jobs/${id}/result`)).json()) as object;
  expect(result).toMatchObject({ run: 2, data: { word: 'kept' } });

  const waiting = await darkroom.submit({ operation: 'test.echo', await_assets: { total: 2 } });
  await darkroom.until(waiting.id, 'waiting');
  await handleOf(waiting.id).terminate('enough');
  await darkroom.until(waiting.id, 'failed');
  expect(await runAgain(waiting.id)).toMatchObject({ status: 409, body: { code: 'job_not_rerunnable' } });
});

test('a job that Temporal no longer has can be rerun from its record', async () => {
  await copyFile(photo, input('kept.jpg'));
  const { id } = await darkroom.submit({
    operation: 'image.transform',
    params: { width: 20 },
    assets: [{ source: { path: 'kept.jpg' }, attributes: { frame: 7 } }],
  });
  await darkroom.until(id, 'completed');
  await forget(id);
  expect(await darkroom.get(id)).toMatchObject({ run: 1, state: 'completed' });
  expect(await runAgain(id)).toMatchObject({ status: 202, body: { run: 2 } });
  await expect.poll(() => stateOf(id)).toBe('2 completed');
  expect(await resultRun(id)).toBe(2);
});

async function forget(id: string): Promise<void> {
  const workflowExecution = { workflowId: `job/public/${id}` };
  const { namespace } = temporal.options;
  await expect.poll(() => listEndedExecutions(temporal, workflowExecution.workflowId)).toHaveLength(1);
  await temporal.workflowService.deleteWorkflowExecution({ namespace, workflowExecution });
  const isGone = () =>
    handleOf(id)
      .describe()
      .then(
        () => false,
        () => true,
      );
  await expect.poll(isGone).toBe(true);
}

test('a deletion removes all runs from the store and from Temporal, and stops callbacks', async () => {
  const { id } = await darkroom.submit({
    operation: 'test.echo',
    params: { secret: 'of the client' },
    callback: { url: `http://127.0.0.1:${await freePort()}/`, token: 'a token' },
  });
  await darkroom.until(id, 'completed');
  await runAgain(id);
  await expect.poll(() => stateOf(id)).toBe('2 completed');
  const callbacks = () => listExecutionsBelow(temporal, `callback/public/${id}/`);
  await expect.poll(callbacks).toHaveLength(2);
  await expect.poll(() => listEndedExecutions(temporal, `job/public/${id}`)).toHaveLength(2);
  expect((await storedBelow(darkroom, id, '')).length).toBeGreaterThan(4);
  expect((await darkroom.request(`/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(204);
  expect((await storeFiles(darkroom)).filter((path) => path.includes(id))).toEqual([`public/deleted/${id}`]);
  await expect.poll(() => listEndedExecutions(temporal, `job/public/${id}`)).toEqual([]);
  await expect.poll(callbacks).toEqual([]);
  expect(await runAgain(id)).toMatchObject({ status: 404 });
});
