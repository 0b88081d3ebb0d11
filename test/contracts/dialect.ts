/** What every dialect must do. The test of a dialect calls this with an adapter, and checks its own documentation itself. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as dialects from '../../src/dialects/index.ts';
import type { RunningDarkroom } from '../support/darkroom.ts';
import { type Described, describedBy } from '../support/described.ts';
import { BUILD_MS, type S3Server, startS3Server } from '../support/s3-server.ts';
import { type Darkroom, JOB_TIMEOUT_MS, startDarkroom } from '../support/server.ts';
import { startStack } from '../support/stack.ts';
import { apiOutages, realOutages } from './dialect-outages.ts';

/** A request, as `fetch` takes it. */
interface TestRequest {
  readonly path: string;
  readonly init?: RequestInit;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; the text of other bodies. */
  readonly body: unknown;
}

/** A request that is rejected, and the HTTP status of the response. */
interface Rejected {
  readonly request: TestRequest;
  readonly status: number;
}

/** `id`: a UUID that the server has not seen, for dialects whose clients choose. */
type Submission = (id: string) => TestRequest;

export interface DialectAdapter {
  /** The search attribute of its jobs. */
  readonly name: string;
  /** Settings that its requests need. Bodies may have at most 1 MiB. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs before the first test, with the server up. Returns a function that undoes it. */
  readonly prepare?: (darkroom: RunningDarkroom) => Promise<() => Promise<void>>;
  /** Accepted requests, for jobs that complete within seconds, run for a minute, or fail. */
  readonly submissions: {
    readonly quick: Submission;
    readonly slow: Submission;
    /** Omit it if no request of a client makes a job fail. */
    readonly failing?: Submission;
  };
  /** Milliseconds within which a quick job ends, if that may be more than 50,000. */
  readonly endsWithinMs?: number;
  /** HTTP status of an accepted submission. */
  readonly accepted: number;
  /**
   * True: stops the real Temporal server and the real store, which takes a system test. Otherwise a second API gets addresses
   * where nothing listens.
   */
  readonly stopsServers?: boolean;
  /** HTTP status of `status` for a completed job. Default: 200. */
  readonly completed?: number;
  /** HTTP status while Temporal or the store is unavailable. Default: 503. */
  readonly unavailable?: number;
  /** Reads the job id from the response to a submission. The native API uses the same id. */
  readonly idOf: (body: unknown) => string;
  readonly status: (id: string) => TestRequest;
  readonly result: (id: string) => TestRequest;
  /** Cancels a job. Default: the request of the native API. */
  readonly cancel?: (id: string) => TestRequest;
  /** Reads the status of the job from the response to `status`. */
  readonly statusOf: (body: unknown) => string;
  /** Statuses of jobs in this API. */
  readonly statuses: {
    readonly running: readonly string[];
    readonly completed: string;
    readonly failed: string;
    readonly cancelled: string;
  };
  /** HTTP status of `result` while the job runs, and after a job ended without a result. */
  readonly noResult: { readonly running: number; readonly ended: number };
  /** For APIs whose clients choose ids: another request with the id of an existing job. */
  readonly duplicate?: (takenId: string) => Rejected;
  /** Further requests that succeed while a job runs, and after its end. */
  readonly otherRequests?: Readonly<
    Partial<Record<'running' | 'completed', (id: string) => readonly TestRequest[]>>
  >;
  /** Routes, such as `GET /studio/tasks`, that only other tests of the dialect call. */
  readonly otherRoutes?: readonly string[];
  /** Invalid requests, by the end of the test title "rejects …". */
  readonly rejected: Readonly<Record<'an unknown route' | 'a wrong method', Rejected>> &
    Readonly<Record<string, Rejected>>;
  /** Fails the test unless the response is an error in the format of the dialect. */
  readonly expectError: (answer: Answer) => void;
}

export function dialectContract(adapter: DialectAdapter): void {
  const {
    name,
    submissions,
    statuses,
    expectError,
    completed = 200,
    unavailable = 503,
    stopsServers,
  } = adapter;
  const { endsWithinMs = JOB_TIMEOUT_MS } = adapter;
  describe(`${name}: contract of a dialect`, () => {
    let s3: S3Server;
    /** Null unless the test stops its servers. */
    let server: Darkroom | null = null;
    let darkroom: RunningDarkroom;
    let undo: (() => Promise<void>) | undefined;
    let described: Described;
    /** Routes that have succeeded. */
    const succeeded = new Set<string>();
    const env = { DARKROOM_MAX_BODY_BYTES: '1M', ...adapter.env };
    const outages = stopsServers
      ? realOutages(
          () => server as Darkroom,
          () => s3,
        )
      : apiOutages(() => darkroom, env);

    beforeAll(async () => {
      if (!Object.values<{ name: string }>(dialects).some((each) => each.name === name))
        throw new Error(`Export the dialect "${name}" from src/dialects/index.ts`);
      if (stopsServers) {
        s3 = await startS3Server();
        server = await startDarkroom({ env: { ...s3.env, DARKROOM_STORE: `s3://${s3.bucket}`, ...env } });
      }
      darkroom = server ?? (await startStack({ env }));
      undo = await adapter.prepare?.(darkroom);
      described = await describedBy(darkroom);
    }, BUILD_MS);
    afterAll(async () => {
      await undo?.();
      await darkroom?.dispose();
      await s3?.dispose();
    });

    /** Sends a request, and compares the response with the OpenAPI document. */
    const send = async ({ path, init }: TestRequest, request = darkroom.request): Promise<Answer> => {
      const response = await request(path, init);
      const { pathname } = new URL(path, 'http://localhost');
      const operation = described.findOperation(init?.method ?? 'GET', pathname);
      if (operation !== null) {
        expect([operation, await described.faultsOf(operation, response.clone())]).toEqual([operation, []]);
        if (response.ok) succeeded.add(operation);
      }
      return answerOf(response);
    };
    const sendOthers = async (state: 'running' | 'completed', id: string) => {
      for (const each of adapter.otherRequests?.[state]?.(id) ?? [])
        expect([each.path, (await send(each)).status]).toEqual([each.path, expect.toSatisfy(isSuccess)]);
    };
    const expectRejected = (answer: Answer, status: number) => {
      expect(answer).toMatchObject({ status });
      expectError(answer);
      // The response shows nothing of the machine.
      expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.[jt]s:\d/);
      expect(JSON.stringify(answer.body)).not.toContain(darkroom.dataDir);
    };
    const submit = async (submission: Submission): Promise<string> => {
      const answer = await send(submission(randomUUID()));
      expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: adapter.accepted });
      return adapter.idOf(answer.body);
    };
    const statusOf = async (id: string) => adapter.statusOf((await send(adapter.status(id))).body);
    const untilStatus = (id: string, status: string) =>
      expect.poll(() => statusOf(id), { timeout: endsWithinMs }).toBe(status);
    const idsOfDialect = async (): Promise<string[]> => {
      const { body } = await send({ path: `/v1/jobs?dialect=${name}&limit=200` });
      return (body as { jobs: { id: string }[] }).jobs.map(({ id }) => id).sort();
    };
    const cancel = (id: string) =>
      send(adapter.cancel?.(id) ?? { path: `/v1/jobs/${id}/cancel`, init: { method: 'POST' } });

    it('accepts a job, lists it under its name in the native API and in Temporal, and shows its end', async () => {
      const id = await submit(submissions.quick);
      expect(await darkroom.get(id)).toMatchObject({ id, dialect: name });
      await untilStatus(id, statuses.completed);
      await expect.poll(idsOfDialect).toContain(id);
      expect(await send(adapter.result(id))).toMatchObject({ status: 200 });
      await sendOthers('completed', id);
    });

    it('finds no job for an unknown id of any form', async () => {
      for (const id of [randomUUID(), 'nobody', '0', '..%2F..%2Fetc', '%00', 'x'.repeat(500)]) {
        for (const request of [adapter.status(id), adapter.result(id)]) {
          const answer = await send(request);
          expectRejected(answer, id.length < 40 && /^[\w-]+$/.test(id) ? 404 : answer.status);
          expect([400, 404, 422]).toContain(answer.status);
        }
      }
    });

    it('does not show jobs of another API', async () => {
      const { id } = await darkroom.submit({ id: randomUUID(), operation: 'system.echo' });
      await darkroom.until(id, 'completed');
      expectRejected(await send(adapter.status(id)), 404);
      expectRejected(await send(adapter.result(id)), 404);
    });

    it.each(Object.entries(adapter.rejected))(
      'rejects %s, and creates no job',
      async (_, { request: wrong, status }) => {
        const before = await idsOfDialect();
        expectRejected(await send(wrong), status);
        expect(await idsOfDialect()).toEqual(before);
      },
    );

    const { duplicate } = adapter;
    if (duplicate) {
      it('rejects an id that is taken, and does not change its job', async () => {
        const id = await submit(submissions.quick);
        await untilStatus(id, statuses.completed);
        const first = await darkroom.get(id);
        const { request: wrong, status } = duplicate(id);
        expectRejected(await send(wrong), status);
        expect(await darkroom.get(id)).toEqual(first);
      });
    }

    it('shows a running job without a result, and its cancellation', async () => {
      const id = await submit(submissions.slow);
      expect(statuses.running).toContain(await statusOf(id));
      expectRejected(await send(adapter.result(id)), adapter.noResult.running);
      await sendOthers('running', id);
      expect((await cancel(id)).status).toSatisfy(isSuccess);
      await untilStatus(id, statuses.cancelled);
      expectRejected(await send(adapter.result(id)), adapter.noResult.ended);
    });

    const { failing } = submissions;
    if (failing) {
      it('shows a failed job', async () => {
        const id = await submit(failing);
        await untilStatus(id, statuses.failed);
        expectRejected(await send(adapter.result(id)), adapter.noResult.ended);
      });
    }

    it('reports an outage of Temporal, and still shows ended jobs', async () => {
      const [ended, running] = [await submit(submissions.quick), await submit(submissions.slow)];
      await untilStatus(ended, statuses.completed);
      await expect.poll(() => statusOf(running)).not.toBe(statuses.completed);
      // The API keeps what it has just read for a second.
      await outages.temporal(async (request) => {
        await new Promise((resolve) => setTimeout(resolve, 1200));
        const [status, result, unknown, submission] = await Promise.all(
          [
            adapter.status(ended),
            adapter.result(ended),
            adapter.status(running),
            submissions.quick(randomUUID()),
          ].map((each) => send(each, request)),
        );
        expect([status?.status, status && adapter.statusOf(status.body), result?.status]).toEqual([
          completed,
          statuses.completed,
          200,
        ]);
        for (const answer of [unknown, submission]) {
          expectRejected(answer as Answer, unavailable);
          expect(answer?.headers.get('retry-after')).toMatch(/^\d+$/);
        }
      });
      await cancel(running);
      await untilStatus(running, statuses.cancelled);
    });

    it('reports an outage of the store only where it is needed, and continues after it', async () => {
      const [ended, running] = [await submit(submissions.quick), await submit(submissions.slow)];
      await untilStatus(ended, statuses.completed);
      await outages.store(async (request) => {
        const sendAway = (each: TestRequest) => send(each, request);
        expectRejected(await sendAway(adapter.result(ended)), unavailable);
        const status = await sendAway(adapter.status(running));
        expect([status.status, statuses.running.includes(adapter.statusOf(status.body))]).toEqual([
          200,
          true,
        ]);
        const submission = await sendAway(submissions.quick(randomUUID()));
        if (submission.status !== adapter.accepted) expectRejected(submission, unavailable);
      });
      await expect.poll(async () => (await send(adapter.result(ended))).status).toBe(200);
      await cancel(running);
      await untilStatus(running, statuses.cancelled);
    });

    it('has no route in its OpenAPI document that no test calls', () => {
      const called = new Set([...succeeded, ...(adapter.otherRoutes ?? [])]);
      expect(described.operationsOf(name).filter((route) => !called.has(route))).toEqual([]);
    });
  });
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const text = await response.text();
  const isJson = /[/+]json\b/.test(headers.get('content-type') ?? '');
  return { status, headers, body: isJson ? JSON.parse(text) : text };
}
