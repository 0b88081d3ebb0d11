/**
 * The status of a job. The baseline is Temporal's DescribeWorkflowExecution, which a status request makes once. Concurrent
 * readers of a job share one call.
 */
import { submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate } from './timing.ts';

const JOBS = 50;
const TIMES = 400;
const READERS = 50;

export async function* benchStatus({ url, client }: Rig): AsyncGenerator<Row> {
  const ids = Array.from({ length: JOBS }, (_, index) => `bench-status-${index}`);
  for (const id of ids) await submit(url, { id, operation: 'system.echo' });
  const pick = (index: number) => ids[index % JOBS] ?? '';
  const get = async (index: number) => (await fetch(`${url}/v1/jobs/${pick(index)}`)).arrayBuffer();
  const describe = (index: number) => client.workflow.getHandle(`job/public/${pick(index)}`).describe();
  await alternate(50, get, describe);
  const single = await alternate(TIMES, get, describe);
  const concurrently = (read: (index: number) => Promise<unknown>) => () =>
    Promise.all(Array.from({ length: READERS }, () => read(0)));
  const many = await alternate(20, concurrently(get), concurrently(describe));
  yield* [
    row('GET /v1/jobs/{id}, vs. describe', 'ms', single.ours, single.raw),
    row(`${READERS} concurrent readers of one job, vs. as many describes`, 'ms', many.ours, many.raw),
  ];
}
