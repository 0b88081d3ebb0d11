import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Job, Manifest } from '../src/client/client.ts';

/** Submits a job. Throws the response if it is an error. */
export const submit = (url: string, spec: object, prefer = ''): Promise<Job> =>
  read(`${url}/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer },
    body: JSON.stringify(spec),
  });

/** Returns a JSON response. Throws the response if it is an error. */
export async function read<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  const body = await response.text();
  if (!response.ok) throw new Error(body);
  return JSON.parse(body) as T;
}

/** Reads a job until it has ended. */
export async function readEnd(url: string, id: string, pollMs: number): Promise<Job> {
  for (;;) {
    const job = await read<Job>(`${url}/v1/jobs/${id}`);
    if (job.completed_at !== null) return job;
    await sleep(pollMs);
  }
}

/**
 * Reads the result of a job that must have completed without a failed asset.
 *
 * @throws AssertionError
 */
export async function readResult(url: string, job: Job): Promise<Manifest> {
  assert.deepEqual(
    { state: job.state, error: job.error },
    { state: 'completed', error: null },
    `Job ${job.id}`,
  );
  assert.equal(job.assets.failed, 0, `Job ${job.id} has failed assets`);
  return read<Manifest>(`${url}/v1/jobs/${job.id}/result`);
}

/** Milliseconds in which Temporal's index must have all changes, or the last jobs must have ended. */
const COUNT_TIMEOUT_MS = 120_000;

/** Waits until Temporal finds so many executions. Its index lags behind a little. */
export async function expectExecutions(client: Client, query: string, expected: number): Promise<void> {
  for (let last = -1, deadline = Date.now() + COUNT_TIMEOUT_MS; ; await sleep(100)) {
    const { count } = await client.workflow.count(query);
    if (count === expected) return;
    // As long as it changes, it goes on.
    if (count !== last) deadline = Date.now() + COUNT_TIMEOUT_MS;
    last = count;
    assert.ok(Date.now() < deadline, `Temporal has ${count} instead of ${expected} executions: ${query}`);
  }
}
