/** guestkit, as one of the dialects. */
import { expect } from 'vitest';
import { dialectContract } from '../../contracts/dialect.ts';
import { document, post, wordOf } from '../../support/clients/guestkit/requests.ts';

const jobs = '/api/v1/jobs';
const submission = (operation: string, data: object) => (id: string) => ({
  path: jobs,
  init: post(document(id, { operation, data })),
});
const json = { 'content-type': 'application/json' };

dialectContract({
  name: 'guestkit',
  submissions: {
    quick: submission('system.echo', { message: 'test' }),
    slow: submission('test.echo', { delay_ms: 600_000 }),
    failing: submission('test.echo', { fail: 'permanent' }),
  },
  accepted: 201,
  idOf: (body) => (body as { data: { job_id: string } }).data.job_id,
  status: (id) => ({ path: `${jobs}/${id}` }),
  result: (id) => ({ path: `${jobs}/${id}/result` }),
  statusOf: wordOf,
  statuses: {
    running: ['Pending', 'Assigned', 'Running'],
    completed: 'Completed',
    failed: 'Failed',
    cancelled: 'Failed',
  },
  otherRequests: {
    completed: () => ['jobs', 'capabilities', 'health'].map((name) => ({ path: `/api/v1/${name}` })),
  },
  noResult: { running: 404, ended: 404 },
  duplicate: (id) => ({ request: submission('system.echo', { another: true })(id), status: 409 }),
  rejected: {
    'a malformed body': {
      request: { path: jobs, init: { method: 'POST', headers: json, body: '{"a":' } },
      status: 400,
    },
    'a body that lacks fields': { request: { path: jobs, init: post({}) }, status: 400 },
    'a body of another type': {
      request: { path: jobs, init: { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' } },
      status: 415,
    },
    'a form': { request: { path: jobs, init: { method: 'POST', body: new FormData() } }, status: 415 },
    'a body that is too large': {
      request: { path: jobs, init: post(document('large', { data: { text: 'x'.repeat(2 ** 20) } })) },
      status: 413,
    },
    'an unknown route': { request: { path: '/api/v1/nothing' }, status: 404 },
    'a wrong method': { request: { path: jobs, init: { method: 'DELETE' } }, status: 405 },
  },
  expectError: ({ headers, body }) => {
    expect(headers.get('content-type')).toMatch(/^application\/json\b/);
    const { error, message, details, ...rest } = body as Record<string, unknown>;
    expect({ error, message, rest }).toEqual({
      error: expect.stringMatching(/^[A-Z_]+$/),
      message: expect.stringMatching(/\w/),
      rest: {},
    });
    if (details !== undefined)
      expect(details).toMatchObject({ field: expect.any(String), reason: expect.any(String) });
  },
});
