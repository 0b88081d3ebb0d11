/** Pages of long lists: what Temporal knows, and a thousand jobs that only the store remembers. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { JobLists } from '../../../src/api/job-lists/job-lists.ts';
import { allJobs } from '../../../src/api/job-lists/job-reading.ts';
import { Keyring } from '../../../src/auth/keyring.ts';
import { Jobs } from '../../../src/jobs/jobs.ts';
import type { Job } from '../../../src/jobs/model/job.ts';
import type { JobFilter } from '../../../src/jobs/ports/job-runtime.ts';
import { tenantQuotas } from '../../../src/jobs/submit/concurrency-quota.ts';
import { createJobArchive } from '../../../src/storage/archive.ts';
import { endedKey } from '../../../src/storage/layout.ts';
import { createClient, embeddedTarget } from '../../../src/temporal/connection.ts';
import { freePort } from '../../../src/temporal/embedded/ports.ts';
import { TemporalRuntime } from '../../../src/temporal/runtime.ts';
import { changed, createSubmissions, runtimeOf, storeOf } from '../../support/job-submissions.ts';
import { type Lab, startLab } from '../../support/lab.ts';

const OLDER = 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
const MINUTE_MS = 60_000;
const tenant = 'public';
const dialect = 'guestkit';

let lab: Lab;
let runtime: TemporalRuntime;
/** Objects of the store that were looked at. */
let reads = 0;
let client: AbortController;

beforeAll(async () => {
  lab = await startLab();
  runtime = runtimeOf(lab);
  const store = storeOf(lab);
  const now = Date.now();
  for (let number = 0; number < OLDER; number++) {
    // They end one a minute, and take up to an hour: who ends first was not submitted first.
    const ended = now - 60 * DAY_MS - number * MINUTE_MS;
    const job = {
      ...{ tenant, dialect, id: `older-${number}`, operation: 'test.echo', labels: {}, run: 1 },
      state: number % 4 === 0 ? 'failed' : 'completed',
      created_at: new Date(ended - ((number * 37) % 60) * MINUTE_MS).toISOString(),
      completed_at: new Date(ended).toISOString(),
    };
    await store.put(endedKey(job, new Date(ended)), JSON.stringify(job));
  }
  const submissions = await createSubmissions(lab);
  for (const id of ['one', 'two', 'three'])
    await lab.until(
      (await submissions.submit({ tenant, dialect }, { id, operation: 'test.echo' })).job,
      'completed',
    );
  const params = { delay_ms: 600_000 };
  await submissions.submit({ tenant, dialect }, { id: 'runs', operation: 'test.echo', params });
  await lab.until(await (await lab.jobs.open({ tenant, id: 'two' })).rerun({}), 'completed');
});
afterAll(() => lab.dispose());
beforeEach(() => {
  reads = 0;
  client = new AbortController();
});

function jobsBy(way: TemporalRuntime): Jobs {
  const inner = storeOf(lab);
  const store = new Proxy(inner, {
    get: (target, name) => {
      if (name === 'get') reads += 1;
      const own: unknown = Reflect.get(target, name);
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
  const archive = createJobArchive(store, new Keyring([Buffer.alloc(32)]));
  const quotas = tenantQuotas(way, () => Number.POSITIVE_INFINITY);
  return new Jobs({ runtime: way, archive, quotas });
}
const idsOf = (jobs: readonly Job[]) => jobs.map(({ id }) => id);

async function walk(lists: JobLists, limit: number, states: ('completed' | 'failed')[] | null = null) {
  const found: Job[] = [];
  const totals = new Set<number>();
  for (let cursor: string | undefined, more = true; more; ) {
    const page = await lists.page({ tenant, states, limit, cursor }, client.signal);
    expect(page.jobs.length).toBeLessThanOrEqual(limit);
    found.push(...page.jobs);
    totals.add(page.total);
    cursor = page.next ?? undefined;
    more = cursor !== undefined;
  }
  return { found, totals: [...totals] };
}

test('Temporal counts each job once, also after a rerun', async () => {
  const counts = () =>
    Promise.all([
      runtime.count(tenant, { dialect }),
      runtime.count(tenant, { dialect: 'native' }),
      runtime.count(tenant, { dialect, state: 'failed' }),
    ]);
  await expect.poll(counts).toEqual([4, 0, 0]);
});

test('selects by the beginning of the id, in Temporal and in the store, and jobs that have not ended', async () => {
  const jobs = jobsBy(runtime);
  const list = async (filter: JobFilter) => {
    const found: Job[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await jobs.list(tenant, filter, { limit: 50, cursor });
      found.push(...page.jobs);
      if (page.cursor === null) return idsOf(found);
      cursor = page.cursor;
    }
  };
  expect(await list({ idPrefix: 't' })).toEqual(expect.arrayContaining(['two', 'three']));
  expect(await list({ idPrefix: 't' })).toHaveLength(2);
  expect((await list({ idPrefix: 'older-99' })).toSorted()).toEqual(
    ['older-99', ...Array.from({ length: 10 }, (_, digit) => `older-99${digit}`)].toSorted(),
  );
  expect(await list({ idPrefix: 'tw_' })).toEqual([]);
  expect(await list({ unfinished: true })).toEqual(['runs']);
  expect(await list({ unfinished: true, idPrefix: 'o' })).toEqual([]);
  const counts = () => jobs.counts(tenant, { dialect });
  await expect.poll(counts).toMatchObject({ unfinished: 1, completed: 4, failed: 0, cancelled: 0 });
  expect(await jobs.counts(tenant, { idPrefix: 'r' })).toMatchObject({ unfinished: 1, completed: 0 });
});

describe('a page', () => {
  test('reads no further than needed, and does not count the total for each page', async () => {
    const jobs = jobsBy(runtime);
    const lists = new JobLists(jobs, dialect);
    const first = await lists.page({ tenant, states: null, limit: 1 }, client.signal);
    expect([idsOf(first.jobs), first.total]).toEqual([['runs'], OLDER + 4]);
    reads = 0;
    for (let count = 0; count < 3; count++) {
      const again = await lists.page({ tenant, states: null, limit: 1 }, client.signal);
      expect([idsOf(again.jobs), again.total]).toEqual([['runs'], OLDER + 4]);
    }
    expect(reads / 3).toBeLessThan(OLDER / 2);
  });

  test('and the following ones have each job once, in the order of submission', async () => {
    const jobs = jobsBy(runtime);
    const whole = await allJobs(jobs, tenant, dialect);
    expect(idsOf(whole).slice(0, 4)).toEqual(['runs', 'three', 'two', 'one']);
    const times = whole.map(({ created_at }) => created_at);
    expect(times).toEqual(times.toSorted().toReversed());
    for (const limit of [90, 700]) {
      const { found, totals } = await walk(new JobLists(jobs, dialect), limit);
      expect(idsOf(found)).toEqual(idsOf(whole));
      expect(totals).toEqual([OLDER + 4]);
    }
  });

  test('of one state has each job once, in the order of submission', async () => {
    const { found, totals } = await walk(new JobLists(jobsBy(runtime), dialect), 60, ['failed']);
    expect(found).toHaveLength(OLDER / 4);
    expect(totals).toEqual([OLDER / 4]);
    const times = found.map(({ created_at }) => created_at);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  test('continues the reading of the previous page', async () => {
    const lists = new JobLists(jobsBy(runtime), dialect, MINUTE_MS);
    const first = await lists.page({ tenant, states: null, limit: 300 }, client.signal);
    reads = 0;
    const cursor = first.next ?? '';
    await lists.page({ tenant, states: null, limit: 300, cursor }, client.signal);
    expect(reads).toBeLessThan(500);
  });

  test('is not read further after the client has disconnected', async () => {
    const lists = new JobLists(jobsBy(runtime), dialect);
    const list = lists.page({ tenant, states: null }, client.signal);
    client.abort();
    await list;
    expect(reads).toBeLessThan(OLDER / 2);
  });

  test('has the jobs of the store and their number during an outage of Temporal', async () => {
    const away = createClient(embeddedTarget(`127.0.0.1:${await freePort('127.0.0.1', 0)}`));
    const lists = new JobLists(jobsBy(new TemporalRuntime(away, [], 'http://127.0.0.1')), dialect);
    const page = await lists.page({ tenant, states: null, limit: 5 }, client.signal);
    // Of the jobs above, which have ended, the store has records too.
    expect([page.jobs.length, page.total]).toEqual([5, OLDER + 3]);
    const jobs = jobsBy(new TemporalRuntime(away, [], 'http://127.0.0.1'));
    // It says that running jobs are missing. A list of these alone fails.
    expect(await jobs.list(tenant, {}, { limit: 5 })).toMatchObject({ partial: true });
    await expect(jobs.list(tenant, { unfinished: true }, { limit: 5 })).rejects.toMatchObject({
      code: 'temporal_unavailable',
    });
    await away.connection.close();
  });
});

test('returns all jobs without a limit, with few requests', async () => {
  let questions = 0;
  const list: TemporalRuntime['list'] = (...args) => {
    questions += 1;
    return runtime.list(...args);
  };
  const lists = new JobLists(jobsBy(changed(runtime, { list }) as TemporalRuntime), dialect);
  const { jobs, total, next } = await lists.page({ tenant, states: null }, client.signal);
  expect([jobs.length, total, next]).toEqual([OLDER + 4, OLDER + 4, null]);
  expect(questions).toBe(1);
});
