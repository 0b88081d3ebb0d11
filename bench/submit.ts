/** Submission next to the raw start of a workflow. */
import { randomUUID } from 'node:crypto';
import { inTurn, type Rig, type Row, row } from './rig.ts';

const TIMES = 200;

export async function benchSubmit({ url, client }: Rig): Promise<Row[]> {
  const post = async (spec: object) => {
    const response = await fetch(`${url}/v1/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(spec),
    });
    if (response.status !== 202) throw new Error(await response.text());
    await response.arrayBuffer();
  };
  // Started on a queue of their own and with a small payload: the least that Temporal asks for a durable start.
  const raw = () =>
    client.workflow.start('raw', {
      workflowId: randomUUID(),
      taskQueue: 'bench-raw',
      args: [{ hello: 'world' }],
    });
  const plain = () => post({ operation: 'system.echo', params: { hello: 'world' } });
  const secret = () =>
    post({
      operation: 'system.echo',
      callback: { url: 'https://hooks.example.com/x', token: 'a-secret-token' },
    });
  await inTurn(20, plain, raw);
  const simple = await inTurn(TIMES, plain, raw);
  const sealed = await inTurn(TIMES / 2, secret, raw);
  return [
    row('POST /v1/jobs, next to client.start', 'ms', simple.ours, simple.raw),
    row('POST /v1/jobs with a secret to seal, next to client.start', 'ms', sealed.ours, sealed.raw),
  ];
}
