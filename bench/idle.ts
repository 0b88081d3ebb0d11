/** CPU time of a server that has nothing to do. There is no baseline. */
import { setTimeout as sleep } from 'node:timers/promises';
import { measureCpu } from './processes.ts';
import { submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';

/** What the start leaves to do is done by then. */
const SETTLE_MS = 15_000;
const SECONDS = 30;

export async function* benchIdle({ url, api, temporal, startWorker }: Rig): AsyncGenerator<Row> {
  const worker = await startWorker();
  await submit(url, { operation: 'system.echo' }, 'wait=30');
  await sleep(SETTLE_MS);
  const seconds = await measureCpu([temporal, api, worker], () => sleep(SECONDS * 1000));
  for (const [index, part] of ['Temporal', 'the API', 'the worker'].entries())
    yield row(
      `CPU time of ${part} per second of an idle server`,
      'ms',
      ((seconds[index] ?? Number.NaN) * 1000) / SECONDS,
    );
}
