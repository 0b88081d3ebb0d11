/** Lists jobs by Temporal's visibility store. */

import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import type { Job } from '../jobs/model/job.ts';
import { isTerminal, type JobState } from '../jobs/model/states.ts';
import {
  type JobFilter,
  type JobPage,
  type JobSnapshot,
  matchesFilter,
  type OpenJobs,
} from '../jobs/ports/job-runtime.ts';
import { invalidRequest } from '../jobs/validation/invalid-request.ts';
import { readCall } from './connection.ts';
import { toLabelTerm } from './label-term.ts';
import { workflowIdOf } from './names.ts';
import { decodePayloads } from './payloads.ts';
import { isJobMemo, toSnapshot } from './snapshot.ts';

/** The search attribute holds coarse states; the memo of each execution holds the exact one. */
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

/** Executions that were closed from outside could not update the search attribute. */
const closedOutside: Partial<Record<JobState, string>> = {
  failed: ` OR ExecutionStatus IN ('Terminated', 'TimedOut', 'Failed')`,
  cancelled: ` OR ExecutionStatus = 'Canceled'`,
};

/** Maximum number of pages that one request reads when the query cannot select the exact state. */
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
    // The query cannot select the exact state, and SQLite ignores the case of ids.
    const wanted = page.executions.filter(({ job }) => matchesFilter(job, filter));
    jobs.push(...(await withoutEarlierExecutions(client, tenant, wanted)));
    token = page.token;
    if (token === undefined) break;
  }
  return { jobs, cursor: token ? toCursor(token) : null };
}

/** Sample size for estimates. */
const SAMPLES = 100;

/** Returns the most recently completed jobs of an operation. */
export async function finishedJobs(
  client: Client,
  tenant: string,
  operation: string,
): Promise<readonly JobSnapshot[]> {
  const query = buildQuery(tenant, { operation });
  if (query === null) return [];
  const completed = `${query} AND ExecutionStatus = 'Completed'`;
  return (await readPage(client, completed, SAMPLES, undefined)).executions;
}

/** Selects the executions that represent jobs: the first run of each job; with a state filter, all runs. */
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

/** Counts the jobs that have not ended. */
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

/** Counts the jobs of all tenants that have not ended, by coarse state. */
export async function countStates(client: Client): Promise<ReadonlyMap<JobState, number>> {
  const counts = underWay.map(
    async (state): Promise<[JobState, number]> => [state, await countOpen(client, { state })],
  );
  return new Map(await Promise.all(counts));
}

/** Temporal sets TemporalPauseInfo while an activity is paused. */
export const countPaused = (client: Client): Promise<number> =>
  countExecutions(
    client,
    "WorkflowType = 'processJob' AND ExecutionStatus = 'Running' AND TemporalPauseInfo IS NOT NULL",
  );

/** Deadline in milliseconds for a page of 1,000 jobs in the background. */
const LONG_PAGE_MS = 10_000;

/** Lists jobs of all tenants that were closed from outside and so could not record their end. */
export async function* endedOutside(client: Client, since?: Date): AsyncGenerator<JobSnapshot> {
  const byThemselves = ['completed', 'failed', 'cancelled'].map(
    (state) => ` AND DarkroomState != '${state}'`,
  );
  const recent = since === undefined ? '' : ` AND CloseTime >= '${since.toISOString()}'`;
  const query = `WorkflowType = 'processJob' AND ExecutionStatus IN ('Terminated', 'TimedOut', 'Failed', 'Canceled')${byThemselves.join('')}${recent}`;
  let token: Uint8Array | undefined;
  do {
    const page: Page = await readCall(client, LONG_PAGE_MS, () => readPage(client, query, 1000, token));
    yield* page.executions;
    token = page.token;
  } while (token);
}

/** Cursors carry a checksum: Temporal reports a corrupt page token as an internal error. */
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

/** One execution of a job: a run, or what a reset in Temporal made of one. */
interface Execution extends JobSnapshot {
  readonly runId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

interface Page {
  readonly executions: readonly Execution[];
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
  const read = async (info: temporal.api.workflow.v1.IWorkflowExecutionInfo): Promise<Execution[]> => {
    const decoded = await decodePayloads(client, info.memo?.fields);
    if (!isJobMemo(decoded)) return [];
    const closedAt = info.closeTime?.seconds ? new Date(toMs(info.closeTime)) : null;
    const status = statusNames[info.status ?? 0] ?? 'UNKNOWN';
    const runId = info.execution?.runId ?? '';
    return [{ ...toSnapshot(decoded, { status, closedAt }), runId, startedAt: toMs(info.startTime) }];
  };
  const executions = (await Promise.all((page.executions ?? []).map(read))).flat();
  return { executions, token: page.nextPageToken?.length ? page.nextPageToken : undefined };
}

type Time = temporal.api.workflow.v1.IWorkflowExecutionInfo['startTime'];

const toMs = (time: Time): number => Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;

/**
 * A job has an execution for each run, and for each reset in Temporal. Only the one that started last represents it. Executions that
 * have not ended are always the last ones.
 */
async function withoutEarlierExecutions(
  client: Client,
  tenant: string,
  listed: readonly Execution[],
): Promise<Job[]> {
  const ended = listed.filter(({ job }) => isTerminal(job.state));
  const others = ended.length === 0 ? [] : await readOtherExecutions(client, tenant, ended);
  const latest = new Map<string, number>();
  for (const { job, startedAt } of [...listed, ...others])
    latest.set(job.id, Math.max(startedAt, latest.get(job.id) ?? 0));
  return listed.flatMap(({ job, startedAt }) => (startedAt === latest.get(job.id) ? [job] : []));
}

/** Reads the executions of these jobs that are not among those given. */
async function readOtherExecutions(
  client: Client,
  tenant: string,
  given: readonly Execution[],
): Promise<readonly Execution[]> {
  const workflowIds = given.map(({ job }) => `'${workflowIdOf(job)}'`).join(', ');
  const runIds = given.map(({ runId }) => `'${runId}'`).join(', ');
  const query = `DarkroomTenant = '${tenant}' AND WorkflowId IN (${workflowIds}) AND RunId NOT IN (${runIds}) AND ExecutionStatus != 'ContinuedAsNew'`;
  const found: Execution[] = [];
  let token: Uint8Array | undefined;
  do {
    const page: Page = await readPage(client, query, 1000, token);
    found.push(...page.executions);
    token = page.token;
  } while (token);
  return found;
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

/** Returns null when nothing can match. Validates the values, since the query language has no parameters. */
function buildQuery(tenant: string, filter: JobFilter): string | null {
  const { state, unfinished, operation, dialect, since, labels = [], idPrefix } = filter;
  const words = [tenant, operation, dialect, idPrefix].filter((word) => word !== undefined);
  if (!words.every((word) => /^[\w.:-]+$/.test(word))) return null;
  const parts = [
    `WorkflowType = 'processJob'`,
    `DarkroomTenant = '${tenant}'`,
    // A long job continues in a new execution.
    `ExecutionStatus != 'ContinuedAsNew'`,
  ];
  if (state !== undefined) {
    parts.push(`(DarkroomState = '${coarse[state]}'${closedOutside[state] ?? ''})`);
    if (!isTerminal(state)) parts.push(`ExecutionStatus = 'Running'`);
  }
  if (unfinished) parts.push(`ExecutionStatus = 'Running'`);
  if (operation !== undefined) parts.push(`DarkroomOperation = '${operation}'`);
  if (dialect !== undefined) parts.push(`DarkroomDialect = '${dialect}'`);
  for (const [name, value] of labels) parts.push(`DarkroomLabels = '${toLabelTerm(name, value)}'`);
  if (idPrefix !== undefined)
    parts.push(`WorkflowId STARTS_WITH '${workflowIdOf({ tenant, id: idPrefix })}'`);
  if (since !== undefined) parts.push(`StartTime >= '${since.toISOString()}'`);
  return parts.join(' AND ');
}
