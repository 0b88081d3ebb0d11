/** Reconstruction on a whole server whose processes are killed meanwhile, for a client of e2e3d. */
import { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { places, post } from '../support/clients/e2e3d/requests.ts';
import { enginePids, installedEngine } from '../support/engines.ts';
import { partsOf } from '../support/processes.ts';
import { renderScene, type Scene } from '../support/scene.ts';
import { type Darkroom, ready, sleep, startDarkroom } from '../support/server.ts';
import { temporalOf } from '../support/temporal.ts';

let scene: Scene;
let darkroom: Darkroom;
beforeAll(async () => {
  scene = await renderScene(await installedEngine('reconstruct'), { views: [3, 4, 5, 6, 7, 8], width: 480 });
  darkroom = await startDarkroom({ env: { DARKROOM_INPUT_ROOTS: scene.directory } });
});
afterAll(async () => {
  await darkroom.dispose();
  await scene.dispose();
});

const manifest = z.object({ files: z.array(z.object({ path: z.string(), size: z.number() })) });

const filesOf = async (id: string) => {
  const { files } = manifest.parse(await (await darkroom.request(`/v1/jobs/${id}/result`)).json());
  return files.map(({ path }) => path).sort();
};

/** Waits until a process of the engine runs this stage of the job. */
async function engineIn(id: string, stage: string): Promise<{ worker: number; engine: number }> {
  for (;;) {
    const { worker } = await partsOf(darkroom.process.pid).catch(() => ({ worker: 0 }));
    const [engine] = await enginePids('reconstruct', worker, stage);
    if (engine !== undefined) return { worker, engine };
    const job = await darkroom.get(id).catch(() => null);
    if (job?.state === 'completed' || job?.state === 'failed')
      throw new Error(`${stage} is over: ${job.state}`);
    await sleep(20);
  }
}

test('continues after its engine and its worker were killed, and repeats only the interrupted stages', async () => {
  const submission = { job_id: 'model', image_set_path: scene.directory, quality: 'low' };
  const submitted = await darkroom.request('/api/reconstruct', post(submission));
  expect(submitted.status, await submitted.text()).toBe(202);
  const job = await darkroom.get('model');
  process.kill((await engineIn(job.id, 'feature_matching')).engine, 'SIGKILL');
  const { worker, engine } = await engineIn(job.id, 'dense_reconstruction');
  process.kill(worker, 'SIGKILL');
  // The engine ends along with its worker.
  await expect.poll(() => isGone(engine)).toBe(true);
  await ready(darkroom);
  const ended = await darkroom.until(job.id, 'completed', 'failed');
  expect(ended).toMatchObject({ state: 'completed', progress: 100, error: null });
  expect(await filesOf(job.id)).toContain('mesh/reconstructed_mesh.obj');
  const results = await darkroom.request('/api/job/model/results');
  expect([results.status, await results.json()]).toMatchObject([
    200,
    { job_id: 'model', status: 'completed', files: { mesh: expect.stringContaining(places.mesh) } },
  ]);
  const client = await temporalOf(darkroom);
  const { events } = await client.workflow.getHandle(`job/public/${job.id}`).fetchHistory();
  await client.connection.close();
  const stages = events?.flatMap(({ activityTaskScheduledEventAttributes: activity }) => {
    const payload = activity?.activityType?.name === 'runStage' ? activity.input?.payloads?.[0] : null;
    return payload
      ? [defaultPayloadConverter.fromPayload<{ stage: { name: string } }>(payload).stage.name]
      : [];
  });
  // The death of a worker is answered with a new activity. Every other stage has one.
  expect(stages?.filter((name, index) => stages.indexOf(name) !== index)).toEqual(['dense_reconstruction']);
  const started = events?.flatMap((event) => event.activityTaskStartedEventAttributes ?? []) ?? [];
  // The failure of an engine is answered with a second attempt.
  expect(started.map(({ attempt }) => attempt).filter((attempt) => attempt !== 1)).toEqual([2]);
});

test('reruns only the last stages', async () => {
  const [{ id = '' } = {}] = z
    .object({ jobs: z.array(z.object({ id: z.string() })) })
    .parse(await (await darkroom.request('/v1/jobs?operation=reconstruct')).json()).jobs;
  const before = await filesOf(id);
  const response = await darkroom.request(`/v1/jobs/${id}/rerun?from=texture_mapping`, { method: 'POST' });
  expect(response.status).toBe(202);
  await expect.poll(async () => (await darkroom.get(id)).run).toBe(2);
  expect(await darkroom.until(id, 'completed', 'failed')).toMatchObject({ state: 'completed', run: 2 });
  expect(await filesOf(id)).toEqual(before);
});

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
