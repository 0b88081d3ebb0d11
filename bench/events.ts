/** A thousand readers of one job's events. The baseline is one reader. A ratio of 1,000 would mean that they share nothing. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import type { ProgressEvent, StateEvent } from '../src/client/client.ts';
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
  const { id: idle } = await submit(url, { operation: 'system.echo' });
  const measure = async (id: string, count: number, state: Watched) => {
    const readers = await openReaders(`${url}/v1/jobs/${id}/events`, count);
    // Excludes the cost of opening them.
    await sleep(1000);
    const before = readers.events();
    const [seconds = 0] = await measureCpu([api], () => sleep(SECONDS * 1000));
    const events = readers.events() - before;
    readers.close();
    readers.check(state);
    return { seconds, events };
  };
  const idleMemory = (await memory(api)).now;
  await resetPeak(api);
  const quiet = { one: await measure(idle, 1, 'created'), all: await measure(idle, READERS, 'created') };
  const { peak } = await memory(api);

  await startWorker();
  const params = { delay_ms: 8 * SECONDS * 1000, steps: 1000 };
  const { id: busyJob } = await submit(url, { operation: 'test.echo', params });
  // Until it has started.
  await sleep(3000);
  const busy = {
    one: await measure(busyJob, 1, 'processing'),
    all: await measure(busyJob, READERS, 'processing'),
  };
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
  /**
   * Checks what the readers got. See `checkEvents`; all got the same states.
   *
   * @throws AssertionError
   */
  readonly check: (state: Watched) => void;
}

/** The state of a job while it is measured: one that no worker takes, or one that progresses. */
type Watched = 'created' | 'processing';

async function openReaders(url: string, count: number): Promise<Readers> {
  const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
  let events = 0;
  let isClosing = false;
  const cut: string[] = [];
  const streams = await runConcurrently(count, CONNECTING, async () => {
    const [answer] = (await once(request(url, { agent }).end(), 'response')) as [IncomingMessage];
    if (answer.statusCode !== 200) throw new Error(`A reader received status ${answer.statusCode}`);
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      // Each event begins so, and the server writes whole events.
      for (let at = chunk.indexOf('event: '); at >= 0; at = chunk.indexOf('event: ', at + 1)) events += 1;
    });
    answer.on('error', () => undefined);
    answer.on('close', () => isClosing || cut.push('A reader was cut off'));
    return chunks;
  });
  return {
    events: () => events,
    close: () => {
      isClosing = true;
      agent.destroy();
    },
    check: (state) => {
      assert.deepEqual(cut, []);
      const received = streams.map((chunks) => parse(Buffer.concat(chunks).toString()));
      const total = received.reduce((sum, some) => sum + some.length, 0);
      assert.equal(total, events, 'The events that were counted are not those that were received');
      for (const some of received) {
        checkEvents(some, state);
        assert.deepEqual(statesOf(some), statesOf(received[0] ?? []), 'Readers got different states');
      }
    },
  };
}

type Received = Pick<StateEvent, 'run'> &
  Partial<Pick<StateEvent, 'seq' | 'state'>> &
  Partial<Pick<ProgressEvent, 'progress'>>;

function parse(stream: string): { readonly type: string | undefined; readonly data: Received }[] {
  const events: { type: string | undefined; data: Received }[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => events.push({ type: event, data: JSON.parse(data) as Received }),
  });
  parser.feed(stream);
  return events;
}

type Events = ReturnType<typeof parse>;

const statesOf = (events: Events): Received[] =>
  events.filter(({ type }) => type === 'state').map(({ data }) => data);

/**
 * Checks what one reader got: every state of the job up to this one, then no step back; progress if the job progresses, else
 * nothing more.
 *
 * @throws AssertionError
 */
export function checkEvents(events: Events, state: Watched): void {
  const states = statesOf(events);
  assert.equal(states.at(-1)?.state, state, 'A reader got another state');
  assert.deepEqual(
    states.map(({ seq }) => seq),
    states.map((_, index) => index + 1),
  );
  const progress = events
    .filter(({ type }) => type === 'progress')
    .map(({ data }) => data.progress ?? Number.NaN);
  assert.equal(states.length + progress.length, events.length, 'A reader got other events');
  assert.ok(
    progress.every((one, index) => one > (progress[index - 1] ?? -1)),
    `The progress of a reader went back: ${progress.join(', ')}`,
  );
  // The first one says how far the job is at the beginning.
  if (state === 'processing') assert.ok(progress.length > 1, 'A reader got no progress');
  else assert.ok(progress.length <= 1, 'A reader got progress of an idle job');
}
