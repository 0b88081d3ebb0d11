/** Submission of a job. The baseline is the start of a workflow. A secret is encrypted and stored first. */
import { randomUUID } from 'node:crypto';
import { submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate } from './timing.ts';

const TIMES = 200;

export async function* benchSubmit({ url, client }: Rig): AsyncGenerator<Row> {
  // The cheapest durable start: a task queue without workers and a small payload.
  const raw = () =>
    client.workflow.start('raw', {
      workflowId: randomUUID(),
      taskQueue: 'bench-raw',
      args: [{ hello: 'world' }],
    });
  const plain = () => submit(url, { operation: 'system.echo', params: { hello: 'world' } });
  const secret = () =>
    submit(url, {
      operation: 'system.echo',
      callback: { url: 'https://hooks.example.com/x', token: 'a-secret-token' },
    });
  await alternate(20, plain, raw);
  const simple = await alternate(TIMES, plain, raw);
  const sealed = await alternate(TIMES / 2, secret, raw);
  yield* [
    row('POST /v1/jobs, vs. client.start', 'ms', simple.ours, simple.raw),
    row('POST /v1/jobs with a secret, vs. client.start', 'ms', sealed.ours, sealed.raw),
  ];
}
