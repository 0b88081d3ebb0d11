/** Status next to the raw describe. */
import { inTurn, type Rig, type Row, row } from './rig.ts';

const JOBS = 50;
const TIMES = 400;
const READERS = 50;

export async function benchStatus({ url, client }: Rig): Promise<Row[]> {
  const ids = Array.from({ length: JOBS }, (_, index) => `bench-status-${index}`);
  for (const id of ids) {
    const body = JSON.stringify({ id, operation: 'system.echo' });
    const headers = { 'content-type': 'application/json' };
    await (await fetch(`${url}/v1/jobs`, { method: 'POST', headers, body })).arrayBuffer();
  }
  const pick = (index: number) => ids[index % JOBS] ?? '';
  const get = async (index: number) => (await fetch(`${url}/v1/jobs/${pick(index)}`)).arrayBuffer();
  const describe = (index: number) => client.workflow.getHandle(`job/public/${pick(index)}`).describe();
  await inTurn(50, get, describe);
  const alone = await inTurn(TIMES, get, describe);
  const crowd = (read: (index: number) => Promise<unknown>) => () =>
    Promise.all(Array.from({ length: READERS }, () => read(0)));
  const many = await inTurn(20, crowd(get), crowd(describe));
  return [
    row('GET /v1/jobs/{id}, next to describe', 'ms', alone.ours, alone.raw),
    row(`${READERS} readers of one job at once, next to as many describes`, 'ms', many.ours, many.raw),
  ];
}
