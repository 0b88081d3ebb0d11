/**
 * Status next to the raw describe, which is what it is made of. Many readers of one job share a describe, so that a crowd can
 * cost less than as many describes.
 */
import { submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { inTurn } from './timing.ts';

const JOBS = 50;
const TIMES = 400;
const READERS = 50;

export async function* benchStatus({ url, client }: Rig): AsyncGenerator<Row> {
  const ids = Array.from({ length: JOBS }, (_, index) => `bench-status-${index}`);
  for (const id of ids) await submit(url, { id, operation: 'system.echo' });
  const pick = (index: number) => ids[index % JOBS] ?? '';
  const get = async (index: number) => (await fetch(`${url}/v1/jobs/${pick(index)}`)).arrayBuffer();
  const describe = (index: number) => client.workflow.getHandle(`job/public/${pick(index)}`).describe();
  await inTurn(50, get, describe);
  const alone = await inTurn(TIMES, get, describe);
  const crowd = (read: (index: number) => Promise<unknown>) => () =>
    Promise.all(Array.from({ length: READERS }, () => read(0)));
  const many = await inTurn(20, crowd(get), crowd(describe));
  yield* [
    row('GET /v1/jobs/{id}, next to describe', 'ms', alone.ours, alone.raw),
    row(`${READERS} readers of one job at once, next to as many describes`, 'ms', many.ours, many.raw),
  ];
}
