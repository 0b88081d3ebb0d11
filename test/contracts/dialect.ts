/** What every dialect must do. A dialect's own test file calls this with an adapter, beside the conformance to its contract. */
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
interface Ask {
  readonly path: string;
  readonly init?: RequestInit;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** JSON; text where it is none. */
  readonly body: unknown;
}

/** A request that is refused, and the status that says so. */
interface Refusal {
  readonly ask: Ask;
  readonly status: number;
}

/** `id`: a UUID that the server has not seen, for dialects whose clients choose. */
type Submission = (id: string) => Ask;

export interface DialectAdapter {
  /** The search attribute of its jobs. */
  readonly name: string;
  /** Settings that its requests need. Bodies may have at most 1 MiB. */
  readonly env?: Readonly<Record<string, string>>;
  /** Before the first test, with the server up; gives back what undoes it. */
  readonly prepare?: (darkroom: RunningDarkroom) => Promise<() => Promise<void>>;
  /** Requests that are accepted, for jobs that complete within seconds, go on for a minute, or fail. */
  readonly submissions: {
    readonly quick: Submission;
    readonly slow: Submission;
    /** Left out where nothing a client can send makes a job fail. */
    readonly failing?: Submission;
  };
  /** Milliseconds within which a quick job ends, if that may be more than 50,000. */
  readonly endsWithinMs?: number;
  readonly accepted: number;
  /** Stops the real Temporal server and the real store, which takes a system test. Else a second API finds them away. */
  readonly stopsServers?: boolean;
  /** The status of `look` for a job that is completed, if not 200. */
  readonly completed?: number;
  /** The status of what needs a part that is away, if not 503. */
  readonly unavailable?: number;
  /** From the answer to a submission; the native API has the job under the same id. */
  readonly idOf: (body: unknown) => string;
  readonly look: (id: string) => Ask;
  readonly result: (id: string) => Ask;
  /** Cancels a job. Default: the request of the native API. */
  readonly cancel?: (id: string) => Ask;
  /** How the answer to `look` calls the state. */
  readonly wordOf: (body: unknown) => string;
  readonly words: {
    readonly running: readonly string[];
    readonly completed: string;
    readonly failed: string;
    readonly cancelled: string;
  };
  /** The status of `result` while the job runs, and when it has ended without one. */
  readonly noResult: { readonly running: number; readonly ended: number };
  /** Where clients choose ids: a request for a taken one that is not the request of its job, and how it is refused. */
  readonly duplicate?: (takenId: string) => Refusal;
  /** Further requests that succeed while a job runs, and after its end. */
  readonly others?: Readonly<Partial<Record<'running' | 'completed', (id: string) => readonly Ask[]>>>;
  /** Routes, such as `GET /acme/tasks`, that only other tests of the dialect call. */
  readonly otherRoutes?: readonly string[];
  /** Whatever else is wrong with a request, each with a sentence. */
  readonly refusals: Readonly<Record<'a route that is not there' | 'a wrong method', Refusal>> &
    Readonly<Record<string, Refusal>>;
  /** Fails the test unless this is an error in the dialect's own shape. */
  readonly expectError: (answer: Answer) => void;
}

export function dialectContract(adapter: DialectAdapter): void {
  const { name, submissions, words, expectError, completed = 200, unavailable = 503, stopsServers } = adapter;
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
    const ask = async ({ path, init }: Ask, request = darkroom.request): Promise<Answer> => {
      const response = await request(path, init);
      const { pathname } = new URL(path, 'http://localhost');
      const operation = described.findOperation(init?.method ?? 'GET', pathname);
      if (operation !== null) {
        expect([operation, await described.faultsOf(operation, response.clone())]).toEqual([operation, []]);
        if (response.ok) succeeded.add(operation);
      }
      return answerOf(response);
    };
    const askOthers = async (state: 'running' | 'completed', id: string) => {
      for (const each of adapter.others?.[state]?.(id) ?? [])
        expect([each.path, (await ask(each)).status]).toEqual([each.path, expect.toSatisfy(isSuccess)]);
    };
    const refused = (answer: Answer, status: number) => {
      expect(answer).toMatchObject({ status });
      expectError(answer);
      // The answer shows nothing of the machine.
      expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.[jt]s:\d/);
      expect(JSON.stringify(answer.body)).not.toContain(darkroom.dataDir);
    };
    const submit = async (submission: Submission): Promise<string> => {
      const answer = await ask(submission(randomUUID()));
      expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: adapter.accepted });
      return adapter.idOf(answer.body);
    };
    const wordOf = async (id: string) => adapter.wordOf((await ask(adapter.look(id))).body);
    const untilWord = (id: string, word: string) =>
      expect.poll(() => wordOf(id), { timeout: endsWithinMs }).toBe(word);
    const idsOfDialect = async (): Promise<string[]> => {
      const { body } = await ask({ path: `/v1/jobs?dialect=${name}&limit=200` });
      return (body as { jobs: { id: string }[] }).jobs.map(({ id }) => id).sort();
    };
    const cancel = (id: string) =>
      ask(adapter.cancel?.(id) ?? { path: `/v1/jobs/${id}/cancel`, init: { method: 'POST' } });

    it('accepts a job, lists it under its name in the native API and in Temporal, and shows its end', async () => {
      const id = await submit(submissions.quick);
      expect(await darkroom.get(id)).toMatchObject({ id, dialect: name });
      await untilWord(id, words.completed);
      await expect.poll(idsOfDialect).toContain(id);
      expect(await ask(adapter.result(id))).toMatchObject({ status: 200 });
      await askOthers('completed', id);
    });

    it('finds no job for an unknown id of any form', async () => {
      for (const id of [randomUUID(), 'nobody', '0', '..%2F..%2Fetc', '%00', 'x'.repeat(500)]) {
        for (const request of [adapter.look(id), adapter.result(id)]) {
          const answer = await ask(request);
          refused(answer, id.length < 40 && /^[\w-]+$/.test(id) ? 404 : answer.status);
          expect([400, 404, 422]).toContain(answer.status);
        }
      }
    });

    it('does not show jobs of another API', async () => {
      const { id } = await darkroom.submit({ id: randomUUID(), operation: 'system.echo' });
      await darkroom.until(id, 'completed');
      refused(await ask(adapter.look(id)), 404);
      refused(await ask(adapter.result(id)), 404);
    });

    it.each(Object.entries(adapter.refusals))(
      'rejects %s, and creates no job',
      async (_, { ask: wrong, status }) => {
        const before = await idsOfDialect();
        refused(await ask(wrong), status);
        expect(await idsOfDialect()).toEqual(before);
      },
    );

    const { duplicate } = adapter;
    if (duplicate) {
      it('rejects an id that is taken, and does not change its job', async () => {
        const id = await submit(submissions.quick);
        await untilWord(id, words.completed);
        const first = await darkroom.get(id);
        const { ask: wrong, status } = duplicate(id);
        refused(await ask(wrong), status);
        expect(await darkroom.get(id)).toEqual(first);
      });
    }

    it('shows a running job without a result, and its cancellation', async () => {
      const id = await submit(submissions.slow);
      expect(words.running).toContain(await wordOf(id));
      refused(await ask(adapter.result(id)), adapter.noResult.running);
      await askOthers('running', id);
      expect((await cancel(id)).status).toSatisfy(isSuccess);
      await untilWord(id, words.cancelled);
      refused(await ask(adapter.result(id)), adapter.noResult.ended);
    });

    const { failing } = submissions;
    if (failing) {
      it('shows a failed job', async () => {
        const id = await submit(failing);
        await untilWord(id, words.failed);
        refused(await ask(adapter.result(id)), adapter.noResult.ended);
      });
    }

    it('reports an outage of Temporal, and still shows ended jobs', async () => {
      const [ended, running] = [await submit(submissions.quick), await submit(submissions.slow)];
      await untilWord(ended, words.completed);
      await expect.poll(() => wordOf(running)).not.toBe(words.completed);
      // The API keeps what it has just read for a second.
      await outages.temporal(async (request) => {
        await new Promise((resolve) => setTimeout(resolve, 1200));
        const [look, result, unknown, submission] = await Promise.all(
          [
            adapter.look(ended),
            adapter.result(ended),
            adapter.look(running),
            submissions.quick(randomUUID()),
          ].map((each) => ask(each, request)),
        );
        expect([look?.status, look && adapter.wordOf(look.body), result?.status]).toEqual([
          completed,
          words.completed,
          200,
        ]);
        for (const answer of [unknown, submission]) {
          refused(answer as Answer, unavailable);
          expect(answer?.headers.get('retry-after')).toMatch(/^\d+$/);
        }
      });
      await cancel(running);
      await untilWord(running, words.cancelled);
    });

    it('reports an outage of the store only where it is needed, and continues after it', async () => {
      const [ended, running] = [await submit(submissions.quick), await submit(submissions.slow)];
      await untilWord(ended, words.completed);
      await outages.store(async (request) => {
        const away = (each: Ask) => ask(each, request);
        refused(await away(adapter.result(ended)), unavailable);
        const look = await away(adapter.look(running));
        expect([look.status, words.running.includes(adapter.wordOf(look.body))]).toEqual([200, true]);
        const submission = await away(submissions.quick(randomUUID()));
        if (submission.status !== adapter.accepted) refused(submission, unavailable);
      });
      await expect.poll(async () => (await ask(adapter.result(ended))).status).toBe(200);
      await cancel(running);
      await untilWord(running, words.cancelled);
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
