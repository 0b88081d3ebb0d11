/** Submission of a job. The baseline is the start of a workflow. A secret is encrypted into its input. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Job, RequestView } from '../src/client/client.ts';
import { expectExecutions, read, submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate, type Measured } from './timing.ts';

const WARM_UP = 20;
const TIMES = 200;

export async function* benchSubmit({ url, client }: Rig): AsyncGenerator<Row> {
  let started = 0;
  // The cheapest durable start: a task queue without workers and a small payload.
  const raw = {
    run: () =>
      client.workflow.start('raw', {
        workflowId: randomUUID(),
        taskQueue: 'bench-raw',
        args: [{ hello: 'world' }],
      }),
    check: () => {
      started += 1;
    },
  };
  const jobs = new Set<string>();
  /** Submissions of new jobs, of which the server must have stored the parameters and the callback. */
  const submissions = (spec: object, expected: Partial<RequestView>): Measured<Job> => ({
    run: () => submit(url, { operation: 'system.echo', ...spec }),
    check: async ({ id, state }) => {
      assert.equal(state, 'created');
      jobs.add(id);
      const { params, callback } = await read<RequestView>(`${url}/v1/jobs/${id}/request`);
      assert.deepEqual({ params, callback }, { params: {}, callback: null, ...expected });
    },
  });
  const params = { hello: 'world' };
  const plain = submissions({ params }, { params });
  const secret = submissions(
    { callback: { url: 'https://hooks.example.com/x', token: 'a-secret-token' } },
    {
      callback: {
        url: 'https://hooks.example.com/…',
        events: ['job.completed', 'job.failed', 'job.cancelled'],
      },
    },
  );
  await alternate(WARM_UP, plain, raw);
  const simple = await alternate(TIMES, plain, raw);
  const sealed = await alternate(TIMES / 2, secret, raw);
  // Each of them is a durable execution of its own.
  const expected = WARM_UP + TIMES * 1.5;
  assert.deepEqual([jobs.size, started], [expected, expected]);
  await expectExecutions(client, `WorkflowType = 'processJob'`, expected);
  await expectExecutions(client, `WorkflowType = 'raw'`, expected);
  yield* [
    row('POST /v1/jobs, vs. client.start', 'ms', simple.ours, simple.raw),
    row('POST /v1/jobs with a secret, vs. client.start', 'ms', sealed.ours, sealed.raw),
  ];
}
