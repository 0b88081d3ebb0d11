/**
 * The typed client of darkroom's native API, for Node and browsers.
 *
 * ```ts
 * const darkroom = createClient({ url: 'http://127.0.0.1:8080' });
 * const { id } = await darkroom.submit({ operation: 'image.transform', params: { width: 800 }, assets: [await localFile('photo.jpg')] });
 * const job = await darkroom.wait(id);
 * ```
 */
import { withTimeout } from '../lib/with-timeout.ts';
import { type Body, bodyOf } from './body.ts';
import { type EventOptions, events } from './events.ts';
import { follow } from './follow.ts';
import { DarkroomProblem } from './problem.ts';
import { type Call, type ClientOptions, Transport } from './transport.ts';
import type {
  Delivery,
  FileEntry,
  Job,
  JobAsset,
  JobEvent,
  JobFilter,
  JobProgress,
  JobRequest,
  Manifest,
  Operation,
  RequestView,
  UsageReport,
  WatchedJob,
} from './types.ts';

export { blockedReason } from './blocked-reason.ts';
export { hasEnded } from './ended.ts';
export { DarkroomProblem, type FieldProblem } from './problem.ts';
export type * from './types.ts';
export type { ClientOptions, EventOptions };

export interface Cancellable {
  readonly signal?: AbortSignal | undefined;
}

export interface SubmitOptions extends Cancellable {
  /** The same key with the same request is the same job. Made up unless given, so that trying again is safe. */
  readonly idempotencyKey?: string;
}

export interface WaitOptions extends EventOptions {
  /** Milliseconds; forever unless given. */
  readonly timeoutMs?: number;
  /** Told of each change. */
  readonly onProgress?: (progress: JobProgress) => void;
}

export interface DownloadOptions extends Cancellable {
  /** Bytes that are here already, of the content with this SHA-256. The answer is 206, or 200 and the whole file. */
  readonly from?: { readonly offset: number; readonly sha256: string };
}

export interface JobPage {
  readonly jobs: readonly Job[];
  readonly next_cursor: string | null;
}

export const createClient = (options: ClientOptions): Darkroom => new Darkroom(options);

/** All methods throw DarkroomProblem, or the reason of a signal that was aborted. */
export class Darkroom {
  readonly #transport: Transport;

  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
  }

  /** Resolves once the job is durable. Assets with a blob are sent along, streamed. */
  submit(request: JobRequest, { idempotencyKey, signal }: SubmitOptions = {}): Promise<Job> {
    // A request with its own id needs no key.
    const key = idempotencyKey ?? (request.id === undefined ? crypto.randomUUID() : undefined);
    return this.#send('/v1/jobs', bodyOf('job', request), key, signal);
  }

  get(id: string, { signal }: Cancellable = {}): Promise<WatchedJob> {
    return this.#transport.json({ path: pathOf(id), signal });
  }

  /** What it was asked to do, without secrets. */
  request(id: string, { signal }: Cancellable = {}): Promise<RequestView> {
    return this.#transport.json({ path: `${pathOf(id)}/request`, signal });
  }

  /** Every job, page by page as they are asked for: what runs first, then what has ended, latest first. */
  async *list(filter: JobFilter = {}, { signal }: Cancellable = {}): AsyncGenerator<Job, void> {
    let cursor: string | undefined;
    do {
      const page = await this.page(filter, { cursor, signal });
      yield* page.jobs;
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }

  /** `limit`: jobs at most, up to 200; 50 unless given. `cursor`: `next_cursor` of the page before. */
  page(
    { since, ...filter }: JobFilter = {},
    { cursor, limit, signal }: Cancellable & { cursor?: string | undefined; limit?: number } = {},
  ): Promise<JobPage> {
    const time = since instanceof Date ? since.toISOString() : since;
    return this.#transport.json({
      path: '/v1/jobs',
      query: { ...filter, since: time, cursor, limit },
      signal,
    });
  }

  /** Resolves with the job once it has ended, however that went: look at its state. Outages are ridden out. */
  async wait(id: string, options: WaitOptions = {}): Promise<Job> {
    const { timeoutMs = null, signal, onProgress = () => undefined } = options;
    return withTimeout(timeoutMs, signal, async (either, isLate) => {
      try {
        return await follow(this.#transport, id, { ...options, signal: either }, onProgress);
      } catch (cause) {
        if (!isLate() || signal?.aborted) throw cause;
        const detail = `Job "${id}" has not ended within ${Number(timeoutMs) / 1000} s; it goes on`;
        throw new DarkroomProblem({ status: 0, code: 'not_ended', detail, retryable: true }, { cause });
      }
    });
  }

  /** Each change as it happens; ends after the event `end`. Reconnects by itself. */
  events(id: string, options: EventOptions = {}): AsyncGenerator<JobEvent, void> {
    return events(this.#transport, id, options);
  }

  /** `reason`: part of the error message of the cancelled job. */
  cancel(id: string, { reason, signal }: Cancellable & { reason?: string | undefined } = {}): Promise<Job> {
    return this.#control(id, 'cancel', { signal }, reason === undefined ? undefined : { reason });
  }

  /** The step that it is in is finished, and no other begins. */
  pause(id: string, options?: Cancellable): Promise<Job> {
    return this.#control(id, 'pause', options);
  }

  resume(id: string, options?: Cancellable): Promise<Job> {
    return this.#control(id, 'resume', options);
  }

  /** Runs a job that has ended again, under its id: all of it, from a stage on, or only the assets that failed. */
  rerun(
    id: string,
    { from, failedAssets, signal }: Cancellable & { from?: string; failedAssets?: boolean } = {},
  ): Promise<Job> {
    const query = { from, assets: failedAssets ? 'failed' : undefined };
    return this.#transport.json({ method: 'POST', path: `${pathOf(id)}/rerun`, query, signal });
  }

  /** More assets for a job that waits for them; `final` ends the wait. */
  addAssets(
    id: string,
    assets: readonly JobAsset[],
    { final, ...options }: SubmitOptions & { final?: boolean } = {},
  ): Promise<Job> {
    const { idempotencyKey = crypto.randomUUID(), signal } = options;
    const request = { assets, ...(final === undefined ? {} : { final }) };
    return this.#send(`${pathOf(id)}/assets`, bodyOf('assets', request), idempotencyKey, signal);
  }

  /** 409 while it is not there. */
  result(id: string, { signal }: Cancellable = {}): Promise<Manifest> {
    return this.#transport.json({ path: `${pathOf(id)}/result`, signal });
  }

  async files(id: string, { signal }: Cancellable = {}): Promise<readonly FileEntry[]> {
    const call: Call = { path: `${pathOf(id)}/files`, signal };
    return (await this.#transport.json<{ files: readonly FileEntry[] }>(call)).files;
  }

  /** A result file, its body still to be read. In Node `saveFile` writes it to disk. */
  download(id: string, path: string, { from, signal }: DownloadOptions = {}): Promise<Response> {
    const escaped = path.split('/').map(encodeURIComponent).join('/');
    const headers = from && { range: `bytes=${from.offset}-`, 'if-range': `"${from.sha256}"` };
    return this.#transport.open({
      path: `${pathOf(id)}/files/${escaped}`,
      ...(headers && { headers }),
      signal,
    });
  }

  /** All result files as a ZIP, its body still to be read. */
  archive(id: string, { signal }: Cancellable = {}): Promise<Response> {
    return this.#transport.open({ path: `${pathOf(id)}/archive`, signal });
  }

  /** Callbacks of the job, with each attempt. */
  async deliveries(id: string, { signal }: Cancellable = {}): Promise<readonly Delivery[]> {
    const call: Call = { path: `${pathOf(id)}/deliveries`, signal };
    return (await this.#transport.json<{ deliveries: readonly Delivery[] }>(call)).deliveries;
  }

  /** Makes a callback again. `delivery`: its id, or its place in the list, from 1. */
  redeliver(id: string, delivery: string | number, { signal }: Cancellable = {}): Promise<Delivery> {
    const path = `${pathOf(id)}/deliveries/${encodeURIComponent(delivery)}/redeliver`;
    return this.#transport.json({ method: 'POST', path, signal });
  }

  /** Cancels it if it runs, and erases inputs, results and record; the id stays taken. */
  async delete(id: string, { signal }: Cancellable = {}): Promise<void> {
    await this.#transport.send({ method: 'DELETE', path: pathOf(id), signal }, (response) =>
      response.arrayBuffer(),
    );
  }

  async operations({ signal }: Cancellable = {}): Promise<readonly Operation[]> {
    const call: Call = { path: '/v1/operations', signal };
    return (await this.#transport.json<{ operations: readonly Operation[] }>(call)).operations;
  }

  operation(name: string, { signal }: Cancellable = {}): Promise<Operation> {
    return this.#transport.json({ path: `/v1/operations/${encodeURIComponent(name)}`, signal });
  }

  /** What jobs took, by day (UTC) and operation. `from`, `to`: days such as 2026-11-21; this month unless given. */
  usage({
    from,
    to,
    signal,
  }: Cancellable & { from?: string | undefined; to?: string | undefined } = {}): Promise<UsageReport> {
    return this.#transport.json({ path: '/v1/usage', query: { from, to }, signal });
  }

  /** Resolves when the server can do its work; otherwise throws what is missing, without trying again. */
  async ready({ signal }: Cancellable = {}): Promise<void> {
    await this.#transport.send({ path: '/readyz', repeatable: false, signal }, (response) =>
      response.arrayBuffer(),
    );
  }

  #send(
    path: string,
    { body, headers, isUpload }: Body,
    key: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Job> {
    return this.#transport.json({
      method: 'POST',
      path,
      headers: { ...headers, ...(key === undefined ? {} : { 'idempotency-key': key }) },
      body,
      repeatable: true,
      ...(isUpload ? { timeoutMs: null } : {}),
      signal,
    });
  }

  #control(
    id: string,
    control: 'cancel' | 'pause' | 'resume',
    { signal }: Cancellable = {},
    body?: object,
  ): Promise<Job> {
    const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const path = `${pathOf(id)}/${control}`;
    return this.#transport.json({ method: 'POST', path, repeatable: true, signal, ...json });
  }
}

const pathOf = (id: string): string => `/v1/jobs/${encodeURIComponent(id)}`;
