/** A thousand readers of one job's events. The baseline is one reader. A ratio of 1,000 would mean that they share nothing. */
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { measureCpu, memory, resetPeak } from './processes.ts';
import { submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { runConcurrently } from './timing.ts';

const READERS = 1000;
const SECONDS = 10;
/** Concurrent connection attempts: the backlog of a listening socket is limited. */
const CONNECTING = 50;

export async function* benchEvents({ url, api, startWorker }: Rig): AsyncGenerator<Row> {
  // Without a worker, the job does not change.
  const idle = await submit(url, { operation: 'system.echo' });
  const measure = async (id: string, count: number) => {
    const readers = await openReaders(`${url}/v1/jobs/${id}/events`, count);
    // Excludes the cost of opening them.
    await sleep(1000);
    const before = readers.events();
    const [seconds = 0] = await measureCpu([api], () => sleep(SECONDS * 1000));
    const events = readers.events() - before;
    readers.close();
    return { seconds, events };
  };
  const idleMemory = (await memory(api)).now;
  await resetPeak(api);
  const quiet = { one: await measure(idle, 1), all: await measure(idle, READERS) };
  const { peak } = await memory(api);

  await startWorker();
  const params = { delay_ms: 8 * SECONDS * 1000, steps: 1000 };
  const busyJob = await submit(url, { operation: 'test.echo', params });
  // Until it has started.
  await sleep(3000);
  const busy = { one: await measure(busyJob, 1), all: await measure(busyJob, READERS) };
  const many = READERS.toLocaleString('en');
  const of = `CPU time of the API in ${SECONDS} s`;
  yield* [
    row(`${many} readers of an idle job, ${of}`, 's', quiet.all.seconds, quiet.one.seconds),
    row('  peak memory of the API, vs. idle', 'MB', peak, idleMemory),
    row(`${many} readers of a running job, ${of}`, 's', busy.all.seconds, busy.one.seconds),
    row('  events received per second', '1/s', busy.all.events / SECONDS, busy.one.events / SECONDS),
  ];
}

interface Readers {
  /** Returns the number of events that all readers have received. */
  readonly events: () => number;
  readonly close: () => void;
}

async function openReaders(url: string, count: number): Promise<Readers> {
  const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
  let events = 0;
  await runConcurrently(count, CONNECTING, async () => {
    const [answer] = (await once(request(url, { agent }).end(), 'response')) as [IncomingMessage];
    if (answer.statusCode !== 200) throw new Error(`A reader received status ${answer.statusCode}`);
    answer.on('data', (chunk: Buffer) => {
      if (chunk.includes('event: ')) events += 1;
    });
    answer.on('error', () => undefined);
  });
  return { events: () => events, close: () => agent.destroy() };
}
