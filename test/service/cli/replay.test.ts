/** `darkroom replay` on the workflows that a server has, and on one that this build does not have. */

import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '../../../src/temporal/connection.ts';
import { connectWorker } from '../../../src/temporal/worker-connection.ts';
import { cli } from '../../support/cli.ts';
import { findNamespace } from '../../support/server.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

let darkroom: Darkroom;
let target: NonNullable<Awaited<ReturnType<typeof findNamespace>>>;
beforeAll(async () => {
  darkroom = await startStack();
  const found = await findNamespace(darkroom.dataDir);
  if (found === null) throw new Error('Service tests share a Temporal server');
  target = found;
  await darkroom.submit({ id: 'ended', operation: 'test.echo' });
  await darkroom.submit({ id: 'failed', operation: 'test.echo', params: { fail: 'permanent' } });
  await darkroom.submit({ id: 'running', operation: 'test.echo', params: { delay_ms: 600_000 } });
  await darkroom.until('ended', 'completed');
  await darkroom.until('failed', 'failed');
  await darkroom.until('running', 'processing');
});
afterAll(() => darkroom.dispose());

const replay = (...args: string[]) =>
  cli(['replay', ...args], {
    env: { TEMPORAL_ADDRESS: target.address, TEMPORAL_NAMESPACE: target.namespace },
  });

test('running and ended workflows of this build replay', async () => {
  // Ended workflows are listed a moment after their end.
  await expect.poll(async () => (await replay()).stderr).toContain('1 running and 2 ended workflows');
  const { code, stdout } = await replay('--ended', '1', '--json');
  expect([code, JSON.parse(stdout)]).toEqual([0, { running: 1, ended: 1, failed: [] }]);
});

test('a workflow that this build cannot continue is named', async () => {
  const connection = await connectWorker(target, 60_000, () => undefined);
  const worker = await Worker.create({
    connection,
    namespace: target.namespace,
    taskQueue: 'other',
    workflowsPath: fileURLToPath(new URL('../../support/other-workflows.ts', import.meta.url)),
  });
  const client = createClient(target);
  await worker.runUntil(async () => {
    const { firstExecutionRunId } = await client.workflow.start('processJob', {
      workflowId: 'job/other',
      taskQueue: 'other',
    });
    const hasTimer = async () => {
      const { events } = await client.workflow.getHandle('job/other', firstExecutionRunId).fetchHistory();
      return events?.some(({ timerStartedEventAttributes }) => timerStartedEventAttributes) ?? false;
    };
    await expect.poll(hasTimer).toBe(true);
  });
  await expect.poll(async () => (await replay()).stderr).toContain('2 running');
  const { code, stdout, stderr } = await replay();
  expect([code, stdout]).toEqual([1, expect.stringMatching(/^job\/other \(run [\w-]+, running\): /)]);
  expect(stderr).toContain('1 do not replay');
  await client.workflow.getHandle('job/other').terminate();
  await client.connection.close();
  await connection.close();
});

test('Temporal that does not answer, and a wrong option', async () => {
  const away = await cli(['replay'], { env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  expect([away.code, away.stdout]).toEqual([1, '']);
  const wrong = await replay('--ended', 'many');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--ended')]);
});
