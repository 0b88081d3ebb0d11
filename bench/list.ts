/** Lists of jobs while Temporal has thousands. The baseline is the visibility query for the same page. */
import { setTimeout as sleep } from 'node:timers/promises';
import { submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate, runConcurrently, timed } from './timing.ts';

const PAGE = 100;
const TIMES = 40;
const SUBMITTERS = 32;

/** Filters of the API, and the conditions of the same visibility queries. */
const filters = [
  ['', ''],
  ['&state=completed', ` AND (DarkroomState = 'completed')`],
  [
    '&state=failed',
    ` AND (DarkroomState = 'failed' OR ExecutionStatus IN ('Terminated', 'TimedOut', 'Failed'))`,
  ],
  ['&operation=test.echo', ` AND DarkroomOperation = 'test.echo'`],
  ['&state=processing', ` AND (DarkroomState = 'processing') AND ExecutionStatus = 'Running'`],
] as const;

const ALL = `WorkflowType = 'processJob' AND DarkroomTenant = 'public' AND ExecutionStatus != 'ContinuedAsNew'`;

export async function* benchList(rig: Rig, { jobs }: { readonly jobs: number }): AsyncGenerator<Row> {
  const perSecond = await runJobs(rig, jobs);
  yield row('echo jobs per second, from submission to record', '1/s', perSecond);
  for (const [query, condition] of filters) {
    const ours = () => readPage(rig.url, `limit=${PAGE}${query}`);
    const raw = () => queryPage(rig, ALL + condition);
    await alternate(3, ours, raw);
    const times = await alternate(TIMES, ours, raw);
    const label = `page of ${PAGE} of ${jobs.toLocaleString('en')} jobs${query.replace('&', ', ')}`;
    yield row(label, 'ms', times.ours, times.raw);
  }
  const pages = Math.ceil(jobs / PAGE);
  const ours = await timed(() => walk<string>((cursor) => readPage(rig.url, cursoredPage(cursor))));
  const raw = await timed(() => walk<Uint8Array>((token) => queryPage(rig, ALL, token)));
  yield row('page, while reading all pages', 'ms', ours / pages, raw / pages);
}

/** Runs jobs, of which every tenth fails. Returns the number of ended jobs per second. */
async function runJobs({ url, client, startWorker }: Rig, jobs: number): Promise<number> {
  await startWorker();
  const started = performance.now();
  await runConcurrently(jobs, SUBMITTERS, (index) =>
    submit(
      url,
      index % 10 === 0
        ? { operation: 'test.echo', params: { fail: 'permanent' } }
        : { operation: 'system.echo', params: { index } },
    ),
  );
  while ((await client.workflow.count(`ExecutionStatus = 'Running'`)).count > 0) await sleep(100);
  return jobs / ((performance.now() - started) / 1000);
}

const cursoredPage = (cursor: string | undefined): string =>
  `limit=${PAGE}${cursor === undefined ? '' : `&cursor=${cursor}`}`;

/** Returns the cursor of the next page. */
async function readPage(url: string, query: string): Promise<string | undefined> {
  const response = await fetch(`${url}/v1/jobs?${query}`);
  const body = await response.text();
  if (response.status !== 200) throw new Error(body);
  return (JSON.parse(body) as { next_cursor: string | null }).next_cursor ?? undefined;
}

async function queryPage(
  { client }: Rig,
  query: string,
  token: Uint8Array = Buffer.of(),
): Promise<Uint8Array | undefined> {
  const { namespace } = client.options;
  const request = { namespace, query, pageSize: PAGE, nextPageToken: token };
  const { nextPageToken } = await client.workflowService.listWorkflowExecutions(request);
  return nextPageToken?.length ? nextPageToken : undefined;
}

async function walk<T>(next: (cursor: T | undefined) => Promise<T | undefined>): Promise<void> {
  let cursor: T | undefined;
  do cursor = await next(cursor);
  while (cursor !== undefined);
}
