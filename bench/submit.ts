/**
 * Submission next to the raw start of a workflow. Ratio 1 would mean that checking a request, its fingerprint and the search
 * attributes of a job cost nothing; a secret is encrypted and stored first.
 */
import { randomUUID } from 'node:crypto';
import { submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { inTurn } from './timing.ts';

const TIMES = 200;

export async function* benchSubmit({ url, client }: Rig): AsyncGenerator<Row> {
  // Started on a queue of their own and with a small payload: the least that Temporal asks for a durable start.
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
  await inTurn(20, plain, raw);
  const simple = await inTurn(TIMES, plain, raw);
  const sealed = await inTurn(TIMES / 2, secret, raw);
  yield* [
    row('POST /v1/jobs, next to client.start', 'ms', simple.ours, simple.raw),
    row('POST /v1/jobs with a secret to seal, next to client.start', 'ms', sealed.ours, sealed.raw),
  ];
}
