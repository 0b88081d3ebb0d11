/** Lists of jobs while Temporal has thousands. The baseline is the visibility query for the same page. */
import assert from 'node:assert/strict';
import type { Job, JobPage } from '../src/client/client.ts';
import { recordKey } from '../src/storage/layout.ts';
import { expectExecutions, read, readResult, submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate, type Measured, runConcurrently, timed } from './timing.ts';

const PAGE = 100;
const TIMES = 40;
const SUBMITTERS = 32;

/** Every so many jobs, one fails. */
const FAILING = 10;

interface Filter {
  /** Filter of the API, and the condition of the same visibility query. */
  readonly query: string;
  readonly condition: string;
  readonly matches: (job: Job) => boolean;
}

const filters: readonly Filter[] = [
  { query: '', condition: '', matches: () => true },
  {
    query: '&state=completed',
    condition: ` AND ExecutionStatus = 'Completed'`,
    matches: ({ state }) => state === 'completed',
  },
  {
    query: '&state=failed',
    condition: ` AND ExecutionStatus IN ('Terminated', 'TimedOut', 'Failed')`,
    matches: ({ state }) => state === 'failed',
  },
  {
    query: '&operation=test.echo',
    condition: ` AND DarkroomOperation = 'test.echo'`,
    matches: ({ operation }) => operation === 'test.echo',
  },
  {
    query: '&state=processing',
    condition: ` AND DarkroomState = 'processing' AND ExecutionStatus = 'Running'`,
    matches: ({ state }) => state === 'processing',
  },
];

const ALL = `WorkflowType = 'processJob' AND DarkroomTenant = 'public' AND ExecutionStatus != 'ContinuedAsNew'`;

export async function* benchList(rig: Rig, { jobs }: { readonly jobs: number }): AsyncGenerator<Row> {
  const { perSecond, ended } = await runJobs(rig, jobs);
  yield row('echo jobs per second, from submission to record', '1/s', perSecond);
  for (const filter of filters) {
    const expected = ended.filter(filter.matches).length;
    const { ours, raw } = pageOf(rig, filter, Math.min(PAGE, expected));
    await alternate(3, ours, raw);
    const times = await alternate(TIMES, ours, raw);
    const label = `page of ${PAGE} of ${jobs.toLocaleString('en')} jobs${filter.query.replace('&', ', ')}`;
    yield row(label, 'ms', times.ours, times.raw);
  }
  const pages = Math.ceil(jobs / PAGE);
  const all = new Set(ended.map(({ id }) => id));
  const ours = await timed({
    run: () => walk((cursor?: string) => readPage(rig.url, cursoredPage(cursor))),
    check: (found) => checkJobs(found, jobs, ({ id }) => all.has(id)),
  });
  const raw = await timed({
    run: () => walk((token?: Uint8Array) => queryPage(rig, ALL, token)),
    check: (found) => assert.deepEqual([found.length, new Set(found).size], [jobs, jobs]),
  });
  yield row('page, while reading all pages', 'ms', ours / pages, raw / pages);
}

/** The first page of a filter, which must have so many jobs. */
function pageOf(
  rig: Rig,
  { query, condition, matches }: Filter,
  expected: number,
): { ours: Measured<Page<Job, string>>; raw: Measured<Page<string, Uint8Array>> } {
  return {
    ours: {
      run: () => readPage(rig.url, `limit=${PAGE}${query}`),
      check: ({ items }) => checkJobs(items, expected, matches),
    },
    raw: {
      run: () => queryPage(rig, ALL + condition),
      check: ({ items }) => assert.deepEqual([items.length, new Set(items).size], [expected, expected]),
    },
  };
}

/** @throws AssertionError */
export function checkJobs(jobs: readonly Job[], expected: number, matches: (job: Job) => boolean): void {
  assert.equal(jobs.length, expected, 'The list has another number of jobs');
  assert.equal(new Set(jobs.map(({ id }) => id)).size, expected, 'The list has a job twice');
  assert.deepEqual(
    jobs.filter((job) => !matches(job)).map(({ id }) => id),
    [],
    'The list has jobs that do not match',
  );
}

/** Runs jobs, of which every tenth fails. Returns the number of ended jobs per second, and the jobs. */
async function runJobs(
  { url, client, store, startWorker }: Rig,
  count: number,
): Promise<{ perSecond: number; ended: Job[] }> {
  await startWorker();
  let submitted: Job[] = [];
  const ms = await timed({
    run: async () => {
      submitted = await runConcurrently(count, SUBMITTERS, (index) =>
        submit(
          url,
          index % FAILING === 0
            ? { operation: 'test.echo', params: { fail: 'permanent' } }
            : { operation: 'system.echo', params: { index } },
        ),
      );
      await expectExecutions(client, `ExecutionStatus = 'Running'`, 0);
    },
    check: () => expectExecutions(client, ALL, count),
  });
  const ended = await runConcurrently(count, SUBMITTERS, async (index) => {
    const { id = '' } = submitted[index] ?? {};
    const job = await read<Job>(`${url}/v1/jobs/${id}`);
    if (index % FAILING === 0) assert.deepEqual([job.state, job.error?.code], ['failed', 'operation_failed']);
    else assert.deepEqual((await readResult(url, job)).data, { index });
    assert.ok(await store.head(recordKey({ tenant: 'public', id })), `Job ${id} has no record`);
    return job;
  });
  return { perSecond: count / (ms / 1000), ended };
}

const cursoredPage = (cursor: string | undefined): string =>
  `limit=${PAGE}${cursor === undefined ? '' : `&cursor=${cursor}`}`;

interface Page<Item, Cursor> {
  readonly items: readonly Item[];
  /** Of the next page. */
  readonly cursor: Cursor | undefined;
}

async function readPage(url: string, query: string): Promise<Page<Job, string>> {
  const { jobs, next_cursor } = await read<JobPage>(`${url}/v1/jobs?${query}`);
  return { items: jobs, cursor: next_cursor ?? undefined };
}

/** The items are the ids of workflows. */
async function queryPage(
  { client }: Rig,
  query: string,
  token: Uint8Array = Buffer.of(),
): Promise<Page<string, Uint8Array>> {
  const { namespace } = client.options;
  const request = { namespace, query, pageSize: PAGE, nextPageToken: token };
  const { executions = [], nextPageToken } = await client.workflowService.listWorkflowExecutions(request);
  const items = (executions ?? []).map(({ execution }) => execution?.workflowId ?? '');
  return { items, cursor: nextPageToken?.length ? nextPageToken : undefined };
}

/** Returns the items of all pages. */
async function walk<Item, Cursor>(
  next: (cursor: Cursor | undefined) => Promise<Page<Item, Cursor>>,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: Cursor | undefined;
  do {
    const page: Page<Item, Cursor> = await next(cursor);
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}
