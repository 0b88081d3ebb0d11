/** Following a job: every transition once and in order, whatever happens to connections and servers on the way. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type EventStream, idsOf, openEvents, type SentEvent } from '../../support/event-stream.ts';
import { photo } from '../../support/photos.ts';
import { freePort } from '../../support/ports.ts';
import { type Darkroom as DarkroomProcess, startDarkroom } from '../../support/server.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

let darkroom: Darkroom;
/** A second API beside it, as another machine of a cluster would run one: a process, which is killed. */
let other: DarkroomProcess;
let web: Web;
const open: EventStream[] = [];
/** What the download waits for. */
let letGo = () => {};
const held = new Promise<void>((resolve) => {
  letGo = resolve;
});

const startOther = (listen: string): Promise<DarkroomProcess> =>
  startDarkroom({ command: 'api', dataDir: darkroom.dataDir, env: { DARKROOM_LISTEN: listen } });

beforeAll(async () => {
  const coffee = await photo('coffee.jpg');
  web = await startWeb({ '/coffee.jpg': (_, response) => void held.then(() => response.end(coffee)) });
  darkroom = await startStack();
  other = await startOther(`127.0.0.1:${await freePort()}`);
});
afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});
afterAll(async () => {
  await other.stop();
  await darkroom.dispose();
  await web.close();
});

async function follow(server: Darkroom, id: string, lastEventId?: string): Promise<EventStream> {
  const stream = await openEvents(`${server.url}/v1/jobs/${id}/events`, lastEventId);
  open.push(stream);
  return stream;
}

/** All events of a job that ends by itself. */
async function toTheEnd(server: Darkroom, id: string, lastEventId?: string): Promise<SentEvent[]> {
  const stream = await follow(server, id, lastEventId);
  await stream.ended;
  return stream.events;
}

const control = async (id: string, what: string) =>
  expect((await darkroom.request(`/v1/jobs/${id}/${what}`, { method: 'POST' })).status).toBe(202);
const slow = (id: string) =>
  darkroom.submit({ id, operation: 'test.echo', params: { delay_ms: 600_000, steps: 600 } });
const transitions = ({ events }: { events: readonly SentEvent[] }) =>
  events.filter(({ event }) => event === 'state').map(({ data }) => (data.paused ? 'paused' : data.state));

describe('a job', () => {
  test('has events from its creation to its end', async () => {
    const { id } = await darkroom.submit({
      operation: 'test.echo',
      params: { delay_ms: 4000, steps: 40 },
      assets: [{ source: { url: `${web.url}/coffee.jpg` } }],
    });
    const stream = await follow(darkroom, id);
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
    });
    // A download that is over at once is no state of its own.
    await expect.poll(() => transitions(stream)).toContain('downloading');
    letGo();
    await stream.ended;
    const { events } = stream;
    expect(stream.retry()).toBe(2000);
    expect(transitions(stream).filter((state) => state !== 'queued')).toEqual([
      'created',
      'downloading',
      'processing',
      'packaging',
      'completed',
    ]);
    const states = events.filter(({ event }) => event === 'state');
    expect(states.map(({ id, data }) => [id, data.seq])).toEqual(
      states.map((_, index) => [`1.${index + 1}`, index + 1]),
    );
    const times = states.map(({ data }) => Date.parse(data.at ?? ''));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const progress = events
      .filter(({ event }) => event === 'progress')
      .map(({ data }) => data.progress ?? -1);
    expect(new Set(progress).size).toBeGreaterThan(3);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(events.at(-1)).toMatchObject({ event: 'end', id: '1.end' });
    expect(await darkroom.get(id)).toMatchObject(events.at(-1)?.data ?? {});
  });

  test('that has ended sends the events after Last-Event-ID, from any server', async () => {
    const { id } = await darkroom.submit({ operation: 'test.echo', params: { delay_ms: 700 } });
    const all = idsOf(await toTheEnd(darkroom, id));
    expect(all.length).toBeGreaterThan(3);
    for (const server of [darkroom, other]) {
      for (const [index, seen] of all.slice(0, -1).entries())
        expect(idsOf(await toTheEnd(server, id, seen))).toEqual(all.slice(index + 1));
      for (const strange of ['', 'what', '0.0', '-1.-1', '7.2', '1.x'])
        expect(idsOf(await toTheEnd(server, id, strange))).toEqual(all);
      expect(idsOf(await toTheEnd(server, id, '1.999'))).toEqual(['1.end']);
      const answer = await server.request(`/v1/jobs/${id}/events`, { headers: { 'last-event-id': '1.end' } });
      expect([answer.status, await answer.text()]).toEqual([204, '']);
    }
  });

  test('resumes after a broken connection: at the same server, at another, and at one that was killed', async () => {
    await slow('broken');
    const first = await follow(darkroom, 'broken');
    await expect.poll(() => transitions(first)).toContain('processing');
    first.close();
    const heard = [...first.events];
    const last = () => idsOf(heard).at(-1);
    await control('broken', 'pause');

    const second = await follow(other, 'broken', last());
    await expect.poll(() => transitions(second)).toEqual(['paused']);
    heard.push(...second.events);
    other.process.kill('SIGKILL');
    await second.ended;
    await control('broken', 'resume');
    other = await startOther(new URL(other.url).host);

    const third = await follow(other, 'broken', last());
    await expect.poll(() => transitions(third)).toEqual(['processing']);
    await control('broken', 'cancel');
    await third.ended;
    heard.push(...third.events);
    expect(transitions({ events: heard }).at(-1)).toBe('cancelled');
    const count = idsOf(heard).length - 1;
    expect(idsOf(heard)).toEqual([...Array.from({ length: count }, (_, n) => `1.${n + 1}`), '1.end']);
  });

  test('that runs again has new events with the number of the run', async () => {
    const { id } = await darkroom.submit({ operation: 'test.echo', params: { delay_ms: 600 } });
    expect(idsOf(await toTheEnd(darkroom, id)).at(-1)).toBe('1.end');
    expect((await darkroom.request(`/v1/jobs/${id}/rerun`, { method: 'POST' })).status).toBe(202);
    const again = await toTheEnd(darkroom, id, '1.end');
    expect([idsOf(again)[0], idsOf(again).at(-1)]).toEqual(['2.1', '2.end']);
    expect(again.every(({ data }) => data.run === 2)).toBe(true);
  });

  test('that is deleted ends its streams, and is 404 afterwards', async () => {
    await slow('deleted');
    const streams = await Promise.all([follow(darkroom, 'deleted'), follow(other, 'deleted')]);
    for (const stream of streams) await expect.poll(() => transitions(stream)).toContain('processing');
    expect((await darkroom.request('/v1/jobs/deleted', { method: 'DELETE' })).status).toBe(204);
    await Promise.all(streams.map(({ ended }) => ended));
    for (const { events } of streams) expect(events.map(({ data }) => data.state)).not.toContain('completed');
    expect((await darkroom.request('/v1/jobs/deleted/events')).status).toBe(404);
  });

  test.each(['nobody', '..%2f', 'nobody%20'])(
    'that does not exist (%s) is a problem, not a stream',
    async (id) => {
      const answer = await darkroom.request(`/v1/jobs/${id}/events`);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect([404, 422]).toContain(answer.status);
    },
  );
});
