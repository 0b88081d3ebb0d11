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
  look: (id) => ({ path: `/status/${id}` }),
  result: (id) => ({ path: `/status/${id}` }),
  wordOf: (body) => (body as PrimaaAnswer).status ?? '',
  words: {
    running: ['Pending', 'Processing'],
    completed: 'Completed',
    failed: 'Failed',
    cancelled: 'Failed',
  },
  noResult: { running: 200, ended: 200 },
  refusals: {
    'a malformed body': { ask: { path: '/job-submission', init: posted('{') }, status: 400 },
    'an empty body': { ask: { path: '/job-submission', init: posted({}) }, status: 422 },
    'a body that is too large': {
      ask: { path: '/job-submission', init: posted({ image_url: 'x'.repeat(2 ** 20) }) },
      status: 413,
    },
    'a route that is not there': { ask: { path: '/status/a/b' }, status: 404 },
    'a wrong method': { ask: { path: '/job-submission' }, status: 405 },
  },
  expectError: ({ status, headers, body }) => {
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    const { code, error, ...rest } = body as PrimaaAnswer;
    expect(Object.keys(rest).slice(0, 2)).toEqual(['job_id', 'status']);
    expect(code).toBe(status);
    // One that runs has no result and no error yet.
    if (status !== 200) expect(error).toMatch(/\w/);
  },
});
