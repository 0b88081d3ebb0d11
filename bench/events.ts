/**
 * A thousand readers of one job's events. The baseline is one reader: a ratio of 1 would mean that the others cost nothing,
 * since the job is looked at once for all of them; of 1,000, that nothing is shared.
 */

import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { computing, forgetPeak, memory } from './processes.ts';
import { submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { runConcurrently } from './timing.ts';

const READERS = 1000;
const SECONDS = 10;
/** Requests that are opened at once; a listening socket does not hold a thousand that were not yet accepted. */
const OPENING = 50;

export async function* benchEvents({ url, api, startWorker }: Rig): AsyncGenerator<Row> {
  // Without a worker it stays as it is.
  const idle = await submit(url, { operation: 'system.echo' });
  const measure = async (id: string, count: number) => {
    const readers = await openReaders(`${url}/v1/jobs/${id}/events`, count);
    // What it takes to open them is not what is asked.
    await sleep(1000);
    const before = readers.events();
    const [seconds = 0] = await computing([api], () => sleep(SECONDS * 1000));
    const events = readers.events() - before;
    readers.close();
    return { seconds, events };
  };
  const resting = (await memory(api)).now;
  await forgetPeak(api);
  const quiet = { one: await measure(idle, 1), all: await measure(idle, READERS) };
  const { peak } = await memory(api);

  await startWorker();
  const params = { delay_ms: 8 * SECONDS * 1000, steps: 1000 };
  const busyJob = await submit(url, { operation: 'test.echo', params });
  // Until it has begun.
  await sleep(3000);
  const busy = { one: await measure(busyJob, 1), all: await measure(busyJob, READERS) };
  const many = READERS.toLocaleString('en');
  const of = `of the API's time in ${SECONDS} s`;
  yield* [
    row(`${many} readers of a job that rests, ${of}`, 's', quiet.all.seconds, quiet.one.seconds),
    row('  memory of the API with them, next to without', 'MB', peak, resting),
    row(`${many} readers of a job under way, ${of}`, 's', busy.all.seconds, busy.one.seconds),
    row('  events that they got in a second', '1/s', busy.all.events / SECONDS, busy.one.events / SECONDS),
  ];
}

interface Readers {
  /** That came so far, to all of them. */
  readonly events: () => number;
  readonly close: () => void;
}

async function openReaders(url: string, count: number): Promise<Readers> {
  const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
  let events = 0;
  await runConcurrently(count, OPENING, async () => {
    const [answer] = (await once(request(url, { agent }).end(), 'response')) as [IncomingMessage];
    if (answer.statusCode !== 200) throw new Error(`A reader was answered ${answer.statusCode}`);
    answer.on('data', (chunk: Buffer) => {
      if (chunk.includes('event: ')) events += 1;
    });
    answer.on('error', () => undefined);
  });
  return { events: () => events, close: () => agent.destroy() };
}
