/** Worker deployment versions on a real server: two builds side by side, a ramp, and a rollback. */
import type { temporal } from '@temporalio/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composeWorker } from '../../../src/compose.ts';
import type { Job } from '../../../src/jobs/model/job.ts';
import { workflowIdOf } from '../../../src/temporal/names.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { sharedWorkerPictures } from '../../support/picture-processes.ts';
import { sleep } from '../../support/server.ts';
import { startWorkers } from '../../support/workers.ts';

const deploymentName = 'darkroom';

let lab: Lab;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  lab = await startLab({ runsWorkers: false });
  await startBuild('1');
  await setCurrent('1');
});

afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await lab.dispose();
});

async function startBuild(buildId: string): Promise<void> {
  const { client, config, temporal: target, workDir } = lab;
  const scratch = `${workDir}-${buildId}`;
  const options = { client, target, scratch, only: ['io', 'cpu'] };
  const parts = await composeWorker(config, options, { pictures: await sharedWorkerPictures() });
  stops.push(await startWorkers(target, { ...parts, deployment: { deploymentName, buildId } }));
}

/** Calls until the server has seen the workers of the version. */
async function retry(call: () => Promise<unknown>): Promise<void> {
  for (const deadline = Date.now() + 120_000; ; await sleep(200)) {
    const error: unknown = await call().then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error === null) return;
    if (Date.now() > deadline) throw error;
  }
}

const setCurrent = (buildId: string) =>
  retry(() =>
    lab.client.workflowService.setWorkerDeploymentCurrentVersion({
      namespace: lab.temporal.namespace,
      deploymentName,
      buildId,
      identity: 'test',
    }),
  );

const setRamp = (buildId: string, percentage: number) =>
  retry(() =>
    lab.client.workflowService.setWorkerDeploymentRampingVersion({
      namespace: lab.temporal.namespace,
      deploymentName,
      buildId,
      percentage,
      identity: 'test',
    }),
  );

/** The builds that ran the tasks of a job, in order. */
async function buildsOf(job: Job): Promise<string[]> {
  const { events } = await lab.client.workflow.getHandle(workflowIdOf(job)).fetchHistory();
  const builds = (events ?? []).flatMap(
    ({ workflowTaskCompletedEventAttributes: task }: temporal.api.history.v1.IHistoryEvent) =>
      task?.deploymentVersion?.buildId ?? [],
  );
  return builds.filter((build, index) => build !== builds[index - 1]);
}

const echo = async (): Promise<Job> => lab.until(await lab.submit({ operation: 'test.echo' }), 'completed');

const wait = async (): Promise<Job> => {
  const job = await lab.submit({ operation: 'test.echo', await_assets: {} });
  return lab.until(job, 'waiting');
};

test('jobs run on the current build, move to a build that is ramped up, and back after a rollback', async () => {
  const first = await wait();
  expect(await buildsOf(await echo())).toEqual(['1']);

  await startBuild('2');
  expect(await buildsOf(await echo())).toEqual(['1']);
  await setRamp('2', 100);
  await expect.poll(async () => buildsOf(await echo()), { interval: 500 }).toEqual(['2']);
  const second = await wait();

  // A job that waits goes on in the build that is current when it is woken.
  await setCurrent('2');
  const wake = async (job: Job, build: string) => {
    const handle = lab.client.workflow.getHandle(workflowIdOf(job));
    await expect
      .poll(
        async () => {
          await handle.signal('pause');
          await handle.signal('resume');
          return (await buildsOf(job)).at(-1);
        },
        { interval: 500 },
      )
      .toBe(build);
  };
  await wake(first, '2');

  await setCurrent('1');
  await expect.poll(async () => buildsOf(await echo()), { interval: 500 }).toEqual(['1']);
  await wake(second, '1');
  for (const job of [first, second]) {
    await (await lab.jobs.open(job)).control('cancel');
    expect(await lab.until(job, 'cancelled')).toMatchObject({ error: { code: 'cancelled' } });
  }
});
