/** primaa, by the rules of all dialects. */
import { expect } from 'vitest';
import { dialectContract } from '../../contracts/dialect.ts';
import {
  type PrimaaAnswer,
  posted,
  startPrimaaWeb,
  submission,
} from '../../support/clients/primaa/client.ts';
import type { Web } from '../../support/web.ts';

let suiteWeb: Web;

dialectContract({
  name: 'primaa',
  prepare: async () => {
    suiteWeb = await startPrimaaWeb();
    return () => suiteWeb.close();
  },
  submissions: {
    quick: () => ({ path: '/job-submission', init: posted(submission(suiteWeb)) }),
    slow: () => ({
      path: '/job-submission',
      init: posted(submission(suiteWeb, { image_url: `${suiteWeb.url}/silent.jpeg` })),
    }),
    failing: () => ({
      path: '/job-submission',
      init: posted(submission(suiteWeb, { image_url: `${suiteWeb.url}/text.jpeg` })),
    }),
  },
  accepted: 200,
  idOf: (body) => (body as PrimaaAnswer).job_id ?? '',
  status: (id) => ({ path: `/status/${id}` }),
  result: (id) => ({ path: `/status/${id}` }),
  statusOf: (body) => (body as PrimaaAnswer).status ?? '',
  statuses: {
    running: ['Pending', 'Processing'],
    completed: 'Completed',
    failed: 'Failed',
    cancelled: 'Failed',
  },
  noResult: { running: 200, ended: 200 },
  rejected: {
    'a malformed body': { request: { path: '/job-submission', init: posted('{') }, status: 400 },
    'an empty body': { request: { path: '/job-submission', init: posted({}) }, status: 422 },
    'a body that is too large': {
      request: { path: '/job-submission', init: posted({ image_url: 'x'.repeat(2 ** 20) }) },
      status: 413,
    },
    'an unknown route': { request: { path: '/status/a/b' }, status: 404 },
    'a wrong method': { request: { path: '/job-submission' }, status: 405 },
  },
  expectError: ({ status, headers, body }) => {
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    const { code, error, ...rest } = body as PrimaaAnswer;
    expect(Object.keys(rest).slice(0, 2)).toEqual(['job_id', 'status']);
    expect(code).toBe(status);
    // A running job has no result and no error yet.
    if (status !== 200) expect(error).toMatch(/\w/);
  },
});
