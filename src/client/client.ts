/**
 * The typed client of darkroom's native API, for Node and browsers.
 *
 * ```ts
 * const darkroom = createClient({ url: 'http://127.0.0.1:8080' });
 * const { id } = await darkroom.submit({ operation: 'image.transform', params: { width: 800 }, assets: [await localFile('photo.jpg')] });
 * const job = await darkroom.wait(id);
 * ```
 */
import { isTerminal } from '../jobs/model/states.ts';
import { buildBody } from './body.ts';
import { CredentialsClient } from './credentials.ts';
import { events } from './events.ts';
import { type LogOptions, readLog } from './log.ts';
import type {
  Cancellable,
  DownloadOptions,
  LinkOptions,
  RerunOptions,
  SubmitOptions,
  WaitOptions,
} from './options.ts';
import { postRequest } from './post-request.ts';
import { toListQuery, toRerunQuery } from './queries.ts';
import type { EventOptions } from './server-events.ts';
import { TemplateClient } from './templates.ts';
import { type Call, type ClientOptions, jobPath, Transport } from './transport.ts';
import type {
  Delivery,
  FileEntry,
  Job,
  JobAsset,
  JobCounts,
  JobEvent,
  JobFilter,
  JobPage,
  JobPlan,
  JobRequest,
  JobSpec,
  LogEntry,
  Manifest,
  Operation,
  RequestView,
  ResultLink,
  Session,
  UsageReport,
  WatchedJob,
} from './types.ts';
import { waitForEnd } from './wait-for-end.ts';

export { states } from '../jobs/model/states.ts';
export { blockedReason } from './blocked-reason.ts';
export { isPipeline } from './is-pipeline.ts';
export type * from './options.ts';
export { DarkroomProblem, type FieldProblem } from './problem.ts';
export type * from './types.ts';
export type { ClientOptions, EventOptions, LogOptions };

/** Returns true if the job is completed, failed or cancelled. */
export const hasEnded = ({ state }: Pick<Job, 'state'>): boolean => isTerminal(state);

/** @throws TypeError if `url` is not an HTTP address */
export const createClient = (options: ClientOptions): Darkroom => new Darkroom(options);

const SESSION = '/v1/session';

/** All methods throw DarkroomProblem, or the reason of an aborted signal. */
export class Darkroom {
  readonly #transport: Transport;
  readonly credentials: CredentialsClient;
  readonly templates: TemplateClient;

  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
    this.credentials = new CredentialsClient(this.#transport);
    this.templates = new TemplateClient(this.#transport);
  }

  /** Submits a job. Resolves once it is durable. Assets with a blob are uploaded as streams. */
  submit(request: JobRequest, { idempotencyKey, signal }: SubmitOptions = {}): Promise<Job> {
    // A request with its own id needs no key.
    const key = idempotencyKey ?? (request.id === undefined ? crypto.randomUUID() : undefined);
    return postRequest(this.#transport, '/v1/jobs', buildBody('job', request), key, signal);
  }

  /** Returns what a job would compute, and about how long it takes. Nothing is stored or started. */
  plan(
    request: Omit<JobRequest, 'assets'> & Pick<JobSpec, 'assets'>,
    { signal }: Cancellable = {},
  ): Promise<JobPlan> {
    return this.#transport.json({
      method: 'POST',
      path: '/v1/plans',
      value: request,
      repeatable: true,
      signal,
    });
  }

  get(id: string, { signal }: Cancellable = {}): Promise<WatchedJob> {
    return this.#transport.json({ path: jobPath(id), signal });
  }

  /** Returns the request of the job, without secrets. */
  request(id: string, { signal }: Cancellable = {}): Promise<RequestView> {
    return this.#transport.json({ path: `${jobPath(id)}/request`, signal });
  }

  /** Yields all jobs, page by page: running jobs first, then ended ones, latest first. */
  async *list(filter: JobFilter = {}, { signal }: Cancellable = {}): AsyncGenerator<Job, void> {
    let cursor: string | undefined;
    do {
      const page = await this.page(filter, { cursor, signal });
      yield* page.jobs;
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }

  /** Returns one page. `limit`: 1 to 200 jobs, default 50. `cursor`: `next_cursor` of the previous page. */
  page(
    filter: JobFilter = {},
    { cursor, limit, signal }: Cancellable & { cursor?: string | undefined; limit?: number } = {},
  ): Promise<JobPage> {
    return this.#transport.json({
      path: '/v1/jobs',
      query: { ...toListQuery(filter), cursor, limit },
      signal,
    });
  }

  /** Counts jobs by how they stand. */
  counts(
    filter: Omit<JobFilter, 'state' | 'unfinished'> = {},
    { signal }: Cancellable = {},
  ): Promise<JobCounts> {
    return this.#transport.json({ path: '/v1/job-counts', query: toListQuery(filter), signal });
  }

  /** Resolves with the job once it is completed, failed or cancelled. Tolerates outages. */
  wait(id: string, options: WaitOptions = {}): Promise<Job> {
    return waitForEnd(this.#transport, id, options);
  }

  /** Yields each change, and returns after the event `end`. Reconnects automatically. */
  events(id: string, options: EventOptions = {}): AsyncGenerator<JobEvent, void> {
    return events(this.#transport, id, options);
  }

  /** Yields the entries of the log; with `follow`, up to the end of the job. Reconnects automatically. */
  log(id: string, options: LogOptions = {}): AsyncGenerator<LogEntry, void> {
    return readLog(this.#transport, id, options);
  }

  /** `reason` becomes part of the error message of the cancelled job. */
  cancel(id: string, { reason, signal }: Cancellable & { reason?: string | undefined } = {}): Promise<Job> {
    return this.#control(id, 'cancel', { signal }, reason === undefined ? undefined : { reason });
  }

  /** The current batches end; no others start. */
  pause(id: string, options?: Cancellable): Promise<Job> {
    return this.#control(id, 'pause', options);
  }

  resume(id: string, options?: Cancellable): Promise<Job> {
    return this.#control(id, 'resume', options);
  }

  /**
   * Runs an ended job again under its id: completely, from a stage, or only the failed assets. `reason` is shown with the job, and in
   * the audit log.
   */
  rerun(id: string, options: RerunOptions & { reason?: string | undefined } = {}): Promise<Job> {
    const query = { ...toRerunQuery(options), reason: options.reason };
    return this.#rerun(id, { query, signal: options.signal });
  }

  /** Returns what `rerun` would compute. */
  planRerun(id: string, options: RerunOptions = {}): Promise<JobPlan> {
    const query = { ...toRerunQuery(options), dry_run: 'true' };
    return this.#rerun(id, { query, repeatable: true, signal: options.signal });
  }

  /** Adds assets to a job that waits for them. `final` ends the wait. */
  addAssets(
    id: string,
    assets: readonly JobAsset[],
    { final, ...options }: SubmitOptions & { final?: boolean } = {},
  ): Promise<Job> {
    const { idempotencyKey = crypto.randomUUID(), signal } = options;
    const request = { assets, ...(final === undefined ? {} : { final }) };
    return postRequest(
      this.#transport,
      `${jobPath(id)}/assets`,
      buildBody('assets', request),
      idempotencyKey,
      signal,
    );
  }

  /** Returns the result. Throws with status 409 before the job has one. */
  result(id: string, { signal }: Cancellable = {}): Promise<Manifest> {
    return this.#transport.json({ path: `${jobPath(id)}/result`, signal });
  }

  files(id: string, options?: Cancellable): Promise<readonly FileEntry[]> {
    return this.#list(`${jobPath(id)}/files`, 'files', options);
  }

  /** Returns a result file with an unread body. In Node, `saveFile` writes it to disk. */
  download(id: string, path: string, { from, signal }: DownloadOptions = {}): Promise<Response> {
    const escaped = path.split('/').map(encodeURIComponent).join('/');
    return this.#transport.open({
      path: `${jobPath(id)}/files/${escaped}`,
      ...(from && { headers: { range: `bytes=${from.offset}-`, 'if-range': `"${from.sha256}"` } }),
      signal,
    });
  }

  /** Returns an asset of the job with an unread body. `index`: its position in the submitted list, from 0. */
  asset(id: string, index: number, { signal }: Cancellable = {}): Promise<Response> {
    return this.#transport.open({ path: `${jobPath(id)}/assets/${index}`, signal });
  }

  /** Makes a link to a result file that needs no login. */
  link(id: string, { path, expiresIn, signal }: LinkOptions = {}): Promise<ResultLink> {
    const value = { path, expires_in: expiresIn };
    return this.#transport.json({
      method: 'POST',
      path: `${jobPath(id)}/links`,
      value,
      repeatable: true,
      signal,
    });
  }

  /** Returns all result files as a ZIP, with an unread body. */
  archive(id: string, { signal }: Cancellable = {}): Promise<Response> {
    return this.#transport.open({ path: `${jobPath(id)}/archive`, signal });
  }

  /** Lists the callbacks of the job with their attempts. */
  deliveries(id: string, options?: Cancellable): Promise<readonly Delivery[]> {
    return this.#list(`${jobPath(id)}/deliveries`, 'deliveries', options);
  }

  /** Sends a callback again. `delivery`: its id, or its position in the list, from 1. */
  redeliver(id: string, delivery: string | number, { signal }: Cancellable = {}): Promise<Delivery> {
    const path = `${jobPath(id)}/deliveries/${encodeURIComponent(delivery)}/redeliver`;
    return this.#transport.json({ method: 'POST', path, signal });
  }

  /** Cancels the job if it runs, and deletes inputs, results and record. The id stays taken. `reason`: for the audit log. */
  delete(id: string, { reason, signal }: Cancellable & { reason?: string | undefined } = {}): Promise<void> {
    return this.#transport.discard({ method: 'DELETE', path: jobPath(id), query: { reason }, signal });
  }

  operations(options?: Cancellable): Promise<readonly Operation[]> {
    return this.#list('/v1/operations', 'operations', options);
  }

  operation(name: string, { signal }: Cancellable = {}): Promise<Operation> {
    return this.#transport.json({ path: `/v1/operations/${encodeURIComponent(name)}`, signal });
  }

  /** Returns the usage by day (UTC) and operation. `from`, `to`: days such as 2026-11-21; default: this month. */
  usage({
    from,
    to,
    signal,
  }: Cancellable & { from?: string | undefined; to?: string | undefined } = {}): Promise<UsageReport> {
    return this.#transport.json({ path: '/v1/usage', query: { from, to }, signal });
  }

  /** Returns the tenant and the role of the caller. */
  session({ signal }: Cancellable = {}): Promise<Session> {
    return this.#transport.json({ path: SESSION, signal });
  }

  /** Lets the browser keep the credentials of this client in a cookie, which scripts cannot read. */
  beginSession({ signal }: Cancellable = {}): Promise<Session> {
    return this.#transport.json({ method: 'POST', path: SESSION, signal });
  }

  /** Removes that cookie. */
  endSession({ signal }: Cancellable = {}): Promise<void> {
    return this.#transport.discard({ method: 'DELETE', path: SESSION, signal });
  }

  /** Resolves if the server is ready. Otherwise throws what is missing, without retries. */
  ready({ signal }: Cancellable = {}): Promise<void> {
    return this.#transport.discard({ path: '/readyz', repeatable: false, signal });
  }

  async #list<T>(path: string, key: string, { signal }: Cancellable = {}): Promise<readonly T[]> {
    return (await this.#transport.json<Record<string, readonly T[]>>({ path, signal }))[key] ?? [];
  }

  #rerun<T>(id: string, call: Pick<Call, 'query' | 'repeatable' | 'signal'>): Promise<T> {
    return this.#transport.json({ method: 'POST', path: `${jobPath(id)}/rerun`, ...call });
  }

  #control(
    id: string,
    control: 'cancel' | 'pause' | 'resume',
    { signal }: Cancellable = {},
    value?: object,
  ): Promise<Job> {
    const path = `${jobPath(id)}/${control}`;
    return this.#transport.json({ method: 'POST', path, repeatable: true, signal, value });
  }
}
