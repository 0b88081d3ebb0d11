/** Lists of jobs, from Temporal's visibility store. */

import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Job } from '../jobs/model/job.ts';
import { isTerminal, type JobState } from '../jobs/model/states.ts';
import type { JobFilter, JobPage, JobSnapshot, OpenJobs } from '../jobs/ports/job-runtime.ts';
import { invalidRequest } from '../jobs/validation/invalid-request.ts';
import { readCall } from './connection.ts';
import { workflowIdOf } from './names.ts';
import { decodeMemo, isJobMemo, toSnapshot } from './snapshot.ts';

/** The search attribute shows coarse states; the memo of each execution tells the exact one. */
const coarse: Readonly<Record<JobState, JobState>> = {
  created: 'created',
  queued: 'created',
  downloading: 'downloading',
  waiting: 'waiting',
  processing: 'processing',
  packaging: 'processing',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** Executions that were closed from outside never wrote their end into the search attribute. */
const closedOutside: Partial<Record<JobState, string>> = {
  failed: ` OR ExecutionStatus IN ('Terminated', 'TimedOut', 'Failed')`,
  cancelled: ` OR ExecutionStatus = 'Canceled'`,
};

/** Pages that one request may go through for a state that the query cannot tell apart. */
const MAX_PAGES = 10;

export async function listJobs(
  client: Client,
  tenant: string,
  filter: JobFilter,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<JobPage> {
  const query = buildQuery(tenant, filter);
  if (query === null) return { jobs: [], cursor: null };
  const jobs: Job[] = [];
  let token: Uint8Array | undefined = cursor === undefined ? undefined : fromCursor(cursor);
  for (let pages = 0; pages < MAX_PAGES && jobs.length < limit; pages++) {
    const page = await readPage(client, query, limit - jobs.length, token);
    const wanted = page.snapshots
      .map(({ job }) => job)
      .filter(({ state }) => filter.state === undefined || state === filter.state);
    jobs.push(...(await withoutEarlierRuns(client, tenant, wanted)));
    token = page.token;
    if (token === undefined) break;
  }
  return { jobs, cursor: token ? toCursor(token) : null };
}

/** Enough to tell what is usual. */
const SAMPLES = 100;

/** Jobs of an operation that completed last. */
export async function finishedJobs(
  client: Client,
  tenant: string,
  operation: string,
): Promise<readonly JobSnapshot[]> {
  const query = buildQuery(tenant, { operation });
  if (query === null) return [];
  const completed = `${query} AND ExecutionStatus = 'Completed'`;
  return (await readPage(client, completed, SAMPLES, undefined)).snapshots;
}

/** Executions stand for jobs: of those that were run again, the first, or where a state is asked for, all. */
export async function countJobs(client: Client, tenant: string, filter: JobFilter): Promise<number> {
  const query = buildQuery(tenant, filter);
  if (query === null) return 0;
  return countExecutions(client, filter.state === undefined ? `${query} AND DarkroomRun IS NULL` : query);
}

async function countExecutions({ workflowService, options }: Client, query: string): Promise<number> {
  const { namespace } = options;
  const { count } = await workflowService.countWorkflowExecutions({ namespace, query });
  return Number(count ?? 0);
}

/** Jobs that have not ended. */
export async function countOpen(client: Client, { dialect, tenant, state }: OpenJobs): Promise<number> {
  const terms = {
    DarkroomDialect: dialect,
    DarkroomTenant: tenant,
    DarkroomState: state && coarse[state],
  };
  const query = [
    "WorkflowType = 'processJob' AND ExecutionStatus = 'Running'",
    ...Object.entries(terms).flatMap(([name, value]) => (value === undefined ? [] : `${name} = '${value}'`)),
  ].join(' AND ');
  return countExecutions(client, query);
}

const underWay = ['created', 'downloading', 'waiting', 'processing'] as const satisfies readonly JobState[];

/** Jobs that have not ended, by coarse state, of all tenants. */
export async function countStates(client: Client): Promise<ReadonlyMap<JobState, number>> {
  const counts = underWay.map(
    async (state): Promise<[JobState, number]> => [state, await countOpen(client, { state })],
  );
  return new Map(await Promise.all(counts));
}

/** Milliseconds for a page of a thousand in the background. */
const LONG_PAGE_MS = 10_000;

/** Ended from outside, so that they could not record their end: of all tenants. */
export async function* endedOutside(client: Client): AsyncGenerator<JobSnapshot> {
  const byThemselves = ['completed', 'failed', 'cancelled'].map(
    (state) => ` AND DarkroomState != '${state}'`,
  );
  const query = `WorkflowType = 'processJob' AND ExecutionStatus IN ('Terminated', 'TimedOut', 'Failed', 'Canceled')${byThemselves.join('')}`;
  let token: Uint8Array | undefined;
  do {
    const page: Page = await readCall(client, LONG_PAGE_MS, () => readPage(client, query, 1000, token));
    yield* page.snapshots;
    token = page.token;
  } while (token);
}

/** Temporal answers a garbled page token as if it were ill itself, so a cursor carries a checksum. */
const toCursor = (token: Uint8Array): string =>
  `${Buffer.from(token).toString('base64url')}.${checksum(token)}`;

const checksum = (token: Uint8Array): string =>
  createHash('sha256').update(token).digest('base64url').slice(0, 8);

function fromCursor(cursor: string): Uint8Array {
  const [text = '', sum] = cursor.split('.');
  const token = Buffer.from(text, 'base64url');
  if (sum === checksum(token)) return token;
  throw invalidRequest([{ pointer: '/cursor', detail: 'is not a cursor of this list' }]);
}

interface Page {
  readonly snapshots: readonly JobSnapshot[];
  readonly token: Uint8Array | undefined;
}

async function readPage(
  client: Client,
  query: string,
  pageSize: number,
  nextPageToken: Uint8Array | undefined,
): Promise<Page> {
  const { namespace } = client.options;
  const request = { namespace, query, pageSize, ...(nextPageToken ? { nextPageToken } : {}) };
  const page = await client.workflowService.listWorkflowExecutions(request);
  const snapshots = (page.executions ?? []).flatMap(({ memo, status, closeTime }) => {
    const decoded = decodeMemo(memo?.fields);
    if (!isJobMemo(decoded)) return [];
    const closedAt = closeTime?.seconds
      ? new Date(Number(closeTime.seconds) * 1000 + (closeTime.nanos ?? 0) / 1e6)
      : null;
    return [toSnapshot(decoded, { status: statusNames[status ?? 0] ?? 'UNKNOWN', closedAt })];
  });
  return { snapshots, token: page.nextPageToken?.length ? page.nextPageToken : undefined };
}

/** A job that was run again has an execution for each run; only the latest is the job. */
async function withoutEarlierRuns(client: Client, tenant: string, jobs: readonly Job[]): Promise<Job[]> {
  const ended = jobs.filter(({ state }) => isTerminal(state));
  if (ended.length === 0) return [...jobs];
  const ids = ended.map((job) => `'${workflowIdOf(job)}'`).join(', ');
  const query = `DarkroomTenant = '${tenant}' AND DarkroomRun > 1 AND WorkflowId IN (${ids})`;
  const latest = new Map<string, number>();
  let token: Uint8Array | undefined;
  do {
    const page: Page = await readPage(client, query, 1000, token);
    for (const { job } of page.snapshots) latest.set(job.id, Math.max(job.run, latest.get(job.id) ?? 1));
    token = page.token;
  } while (token);
  return jobs.filter(({ id, run }) => run >= (latest.get(id) ?? 1));
}

/** temporal.api.enums.v1.WorkflowExecutionStatus */
const statusNames = [
  'UNKNOWN',
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'TERMINATED',
  'CONTINUED_AS_NEW',
  'TIMED_OUT',
];

/** Null when nothing can match. Values are checked, since the query language has no parameters. */
function buildQuery(tenant: string, { state, operation, dialect, since }: JobFilter): string | null {
  const words = [tenant, operation, dialect].filter((word) => word !== undefined);
  if (!words.every((word) => /^[\w.:-]+$/.test(word))) return null;
  const parts = [
    `WorkflowType = 'processJob'`,
    `DarkroomTenant = '${tenant}'`,
    // A long job goes on in another execution.
    `ExecutionStatus != 'ContinuedAsNew'`,
  ];
  if (state !== undefined) {
    parts.push(`(DarkroomState = '${coarse[state]}'${closedOutside[state] ?? ''})`);
    if (!isTerminal(state)) parts.push(`ExecutionStatus = 'Running'`);
  }
  if (operation !== undefined) parts.push(`DarkroomOperation = '${operation}'`);
  if (dialect !== undefined) parts.push(`DarkroomDialect = '${dialect}'`);
  if (since !== undefined) parts.push(`StartTime >= '${since.toISOString()}'`);
  return parts.join(' AND ');
}
