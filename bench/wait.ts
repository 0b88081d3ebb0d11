/**
 * From submission until the client knows the end, of a job that takes next to no time. The baseline is Temporal's own long
 * poll for the end of a workflow, after the same submission: nobody can know it earlier.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { workflowIdOf } from '../src/temporal/names.ts';
import { computing } from './processes.ts';
import { read, submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { inTurn } from './timing.ts';

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
  await inTurn(5, waiting, raw);
  const waited = await inTurn(TIMES, waiting, raw);
  const polled = await inTurn(TIMES, polling, raw);
  const costOf = async (way: () => Promise<unknown>) => {
    const [seconds = 0] = await computing([api], async () => {
      for (let index = 0; index < TIMES; index++) await way();
    });
    return (seconds * 1000) / TIMES;
  };
  yield* [
    row("to the end, by `Prefer: wait`, next to Temporal's own wait", 'ms', waited.ours, waited.raw),
    row(`to the end, looking every ${POLL_MS} ms, next to the same`, 'ms', polled.ours, polled.raw),
    row(
      "  the API's time for one, waiting, next to polling",
      'ms',
      await costOf(waiting),
      await costOf(polling),
    ),
  ];
}
