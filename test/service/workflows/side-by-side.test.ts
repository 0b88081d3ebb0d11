/** Steps that run side by side inside a workflow task: their history replays, however their ends coincide. */
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workflowIdOf } from '../../../src/temporal/names.ts';
import { bundlePath } from '../../../src/temporal/worker.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { textOperations } from '../../support/pipeline-operations.ts';
import { startWeb, type Web } from '../../support/web.ts';

let lab: Lab;
let web: Web;

beforeAll(async () => {
  web = await startWeb({ '/a.txt': Buffer.from('a') });
  const { operations } = textOperations();
  const short = operations.map((operation) => ({
    ...operation,
    stages: operation.stages.map((stage) => ({ ...stage, isShort: true })),
  }));
  lab = await startLab({ operations: short as unknown as typeof operations });
});

afterAll(async () => {
  await lab.dispose();
  await web.close();
});

test('20 jobs of six short steps side by side, with one after each', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const steps = Object.fromEntries(
    names.flatMap((name) => [
      [name, { operation: 'text.each', params: { tag: name } }],
      [`${name}-after`, { operation: 'text.join', params: { tag: name }, use: [name] }],
    ]),
  );
  const assets = [{ source: { url: `${web.url}/a.txt` } }];
  const jobs = await Promise.all(Array.from({ length: 20 }, () => lab.submit({ steps, assets })));
  const histories = [];
  for (const job of jobs) {
    await lab.until(job, 'completed', 'failed');
    const workflowId = workflowIdOf(job);
    histories.push({ workflowId, history: await lab.client.workflow.getHandle(workflowId).fetchHistory() });
  }
  const workflowBundle = { codePath: bundlePath };
  for await (const { error } of Worker.runReplayHistories({ workflowBundle }, histories))
    expect(error).toBeUndefined();
});
