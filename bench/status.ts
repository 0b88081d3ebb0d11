/**
 * The status of a job. The baseline is Temporal's DescribeWorkflowExecution, which a status request makes once. Concurrent
 * readers of a job share one call.
 */
import assert from 'node:assert/strict';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { Job } from '../src/client/client.ts';
import { submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate, type Measured } from './timing.ts';

const JOBS = 50;
const TIMES = 400;
const READERS = 50;

export async function* benchStatus({ url, client }: Rig): AsyncGenerator<Row> {
  const ids = Array.from({ length: JOBS }, (_, index) => `bench-status-${index}`);
  for (const id of ids) await submit(url, { id, operation: 'system.echo' });
  const pick = (index: number) => ids[index % JOBS] ?? '';
  const get: Measured<Buffer> = {
    run: async (index) => {
      const response = await fetch(`${url}/v1/jobs/${pick(index)}`);
      return Buffer.from(await response.arrayBuffer());
    },
    check: (body, index) => {
      const { id, state, operation } = JSON.parse(body.toString()) as Job;
      assert.deepEqual([id, state, operation], [pick(index), 'created', 'system.echo']);
    },
  };
  const describe: Measured<WorkflowExecutionDescription> = {
    run: (index) => client.workflow.getHandle(`job/public/${pick(index)}`).describe(),
    check: ({ workflowId, status, memo }, index) => {
      assert.deepEqual([workflowId, status.name], [`job/public/${pick(index)}`, 'RUNNING']);
      assert.equal((memo?.['header'] as { id?: string } | undefined)?.id, pick(index));
    },
  };
  await alternate(50, get, describe);
  const single = await alternate(TIMES, get, describe);
  const many = await alternate(20, concurrently(get), concurrently(describe));
  yield* [
    row('GET /v1/jobs/{id}, vs. describe', 'ms', single.ours, single.raw),
    row(`${READERS} concurrent readers of one job, vs. as many describes`, 'ms', many.ours, many.raw),
  ];
}

/** Many readers of the first job at once. Each result is checked. */
const concurrently = <Result>({ run, check }: Measured<Result>): Measured<Result[]> => ({
  run: () => Promise.all(Array.from({ length: READERS }, () => run(0))),
  check: async (results) => {
    for (const result of results) await check(result, 0);
  },
});
