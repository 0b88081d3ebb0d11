/**
 * The time from submission until the client knows the end of a very short job. The baseline is Temporal's long poll for the
 * result of a workflow after the same submission.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { workflowIdOf } from '../src/temporal/names.ts';
import { measureCpu } from './processes.ts';
import { read, submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate } from './timing.ts';

const TIMES = 40;
const POLL_MS = 100;

export async function* benchWait({ url, client, api, startWorker }: Rig): AsyncGenerator<Row> {
  await startWorker();
  const spec = { operation: 'system.echo' };
  const waiting = () => submit(url, spec, 'wait=30');
  const raw = async () => {
    const id = await submit(url, spec);
    await client.workflow.getHandle(workflowIdOf({ tenant: 'public', id })).result();
  };
  const polling = async () => {
    const id = await submit(url, spec);
    while ((await read<{ state: string }>(`${url}/v1/jobs/${id}`)).state !== 'completed')
      await sleep(POLL_MS);
  };
  await alternate(5, waiting, raw);
  const waited = await alternate(TIMES, waiting, raw);
  const polled = await alternate(TIMES, polling, raw);
  const measureCost = async (run: () => Promise<unknown>) => {
    const [seconds = 0] = await measureCpu([api], async () => {
      for (let index = 0; index < TIMES; index++) await run();
    });
    return (seconds * 1000) / TIMES;
  };
  yield* [
    row("to the end, by `Prefer: wait`, vs. Temporal's long poll", 'ms', waited.ours, waited.raw),
    row(`to the end, polling every ${POLL_MS} ms, vs. the same`, 'ms', polled.ours, polled.raw),
    row(
      '  CPU time of the API per job, `Prefer: wait` vs. polling',
      'ms',
      await measureCost(waiting),
      await measureCost(polling),
    ),
  ];
}
