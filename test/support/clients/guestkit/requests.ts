/** Requests of guestkit's clients. */
import { expect } from 'vitest';
import type { JsonRequest } from '../../json-request.ts';

export { createJsonRequest } from '../../json-request.ts';

interface Choice {
  readonly operation?: string;
  readonly data?: unknown;
}

export const document = (id: string, { operation = 'system.echo', data = {} }: Choice): object => ({
  version: '1.0',
  job_id: id,
  kind: 'VMOperation',
  operation,
  created_at: '2026-01-30T10:00:00Z',
  payload: { type: `${operation}.v1`, data },
});

export const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** The state word in the answer to a look at a job. */
export const wordOf = (body: unknown): string => (body as { data?: { status?: string } }).data?.status ?? '';

/** Waits until a job is shown with this state word. */
export const statusPoll =
  (ask: JsonRequest) =>
  (id: string, status: string): Promise<void> =>
    expect.poll(async () => wordOf((await ask(`/api/v1/jobs/${id}`)).body)).toBe(status);
