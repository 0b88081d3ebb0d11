/** Requests to a darkroom under test, and waits for its jobs. */
import type { z } from 'zod';
import type { Job } from '../../src/jobs/model/job.ts';
import type { jobSpec } from '../../src/jobs/model/job-spec.ts';

/** Milliseconds in which a job must reach a state. A reconstruction on a busy machine takes a minute or two. */
export const JOB_TIMEOUT_MS = 150_000;

/** Milliseconds during which a busy Temporal server may refuse to answer. */
const BUSY_MS = 60_000;

/** What a response says then, in any dialect. */
const BUSY = /Temporal (does not answer|is asked for more than it allows)/;

type LinkedJob = Job & { links: Record<string, string> };

/** A running darkroom, in whatever process. */
export interface RunningDarkroom {
  readonly url: string;
  readonly dataDir: string;
  /** Returns what it has printed. */
  readonly output: () => string;
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Throws unless the job is accepted. */
  submit(spec: z.input<typeof jobSpec>): Promise<LinkedJob>;
  /** Retries, as clients do, while Temporal is busy. */
  get(id: string): Promise<LinkedJob>;
  /** Polls until the job is in one of these states. */
  until(id: string, ...states: Job['state'][]): Promise<LinkedJob>;
  /** Stops it, and resolves with the exit code; 0 if it runs in the process of the test. */
  stop(): Promise<number | null>;
  /** Stops it and removes its data. */
  dispose(): Promise<void>;
}

interface Address {
  readonly url: string;
  /** Sent with requests that have no `authorization` of their own. */
  readonly token?: string | undefined;
  /** Temporal runs all the time: if a response says that it does not answer, the machine is busy, and the request is sent again. */
  readonly temporalRuns?: boolean;
  readonly output: () => string;
}

export function createRequests({
  url,
  token,
  temporalRuns = false,
  output,
}: Address): Pick<RunningDarkroom, 'request' | 'submit' | 'get' | 'until'> {
  const request: RunningDarkroom['request'] = async (path, init) => {
    const headers = new Headers(init?.headers);
    if (token !== undefined && !headers.has('authorization')) headers.set('authorization', `Bearer ${token}`);
    const canRepeat = temporalRuns && !(init?.body instanceof ReadableStream);
    for (const deadline = Date.now() + BUSY_MS; ; await sleep(1000)) {
      const response = await fetch(new URL(path, url), { ...init, headers });
      if (!canRepeat || response.status < 500 || Date.now() > deadline) return response;
      if (!BUSY.test(await response.clone().text())) return response;
    }
  };
  const get: RunningDarkroom['get'] = async (id) => {
    for (const deadline = Date.now() + BUSY_MS; ; await sleep(100)) {
      const response = await request(`/v1/jobs/${id}`);
      if (response.status !== 503 || Date.now() > deadline) return (await response.json()) as LinkedJob;
    }
  };
  return {
    request,
    get,
    submit: async (spec) => {
      const response = await request('/v1/jobs', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(spec),
      });
      const body = await response.text();
      if (response.status !== 202)
        throw new Error(`Expected the submission to be accepted, got ${response.status}: ${body}`);
      return JSON.parse(body) as LinkedJob;
    },
    until: async (id, ...states) => {
      const deadline = Date.now() + JOB_TIMEOUT_MS;
      // Less and less often, since polling takes time from the job itself.
      for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.5, 250), await sleep(pauseMs)) {
        const job = await get(id).catch(() => null);
        if (job && states.includes(job.state)) return job;
        if (Date.now() > deadline)
          throw new Error(
            `Expected job ${id} to be ${states.join(' or ')}, got ${JSON.stringify(job)}\n${output()}`,
          );
      }
    },
  };
}

/** Waits until all parts are available. Throws, with the log, when that takes too long or `ended` returns true. */
export async function waitUntilReady(
  { request, output }: Pick<RunningDarkroom, 'request' | 'output'>,
  ended: () => boolean = () => false,
): Promise<void> {
  for (const deadline = Date.now() + JOB_TIMEOUT_MS; ; await sleep(50)) {
    const response = await request('/readyz').catch(() => null);
    if (response?.status === 200) return;
    if (ended()) throw new Error(`darkroom ended before it was ready:\n${output()}`);
    if (Date.now() > deadline)
      throw new Error(`darkroom is not ready: ${await response?.text()}\n${output()}`);
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
