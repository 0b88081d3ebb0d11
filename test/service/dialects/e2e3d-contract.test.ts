/** e2e3d, by the rules of all dialects. The engine is a stub; test/scale/reconstruct-killed.test.ts has the real one. */
import { dialectContract } from '../../contracts/dialect.ts';
import { expectError, post, type Shown } from '../../support/clients/e2e3d/requests.ts';
import { makeSets } from '../../support/clients/e2e3d/sets.ts';

const path = '/api/reconstruct';
const sets = await makeSets();
const submission =
  (image_set_path: string, quality = 'low') =>
  (job_id: string) => ({ path, init: post({ image_set_path, quality, job_id }) });

dialectContract({
  name: 'e2e3d',
  // With one slot, stages of the quick job would wait for those of the slow one.
  env: { DARKROOM_INPUT_ROOTS: sets.input, DARKROOM_CACHE: sets.cache, DARKROOM_SLOTS: '3d=2' },
  prepare: async () => () => sets.dispose(),
  submissions: {
    quick: submission(sets.sample),
    slow: submission(sets.long, 'high'),
    failing: submission(sets.broken),
  },
  endsWithinMs: 200_000,
  accepted: 202,
  idOf: (body) => (body as Shown).job_id,
  status: (id) => ({ path: `/api/job/${id}` }),
  cancel: (id) => ({ path: `/api/job/${id}`, init: { method: 'DELETE' } }),
  result: (id) => ({ path: `/api/job/${id}/results` }),
  statusOf: (body) => (body as Shown).status,
  statuses: {
    running: ['submitted', 'queued', 'processing'],
    completed: 'completed',
    failed: 'failed',
    cancelled: 'cancelled',
  },
  otherRequests: {
    running: (id) => [
      { path: `/api/job/${id}/pause`, init: { method: 'POST' } },
      { path: `/api/job/${id}/resume`, init: { method: 'POST' } },
    ],
    completed: (id) =>
      [
        ...['/api/jobs', '/api/metrics', '/api/health', '/api/config'],
        ...[`/output/${id}`, `/output/${id}/metadata.json`],
      ].map((each) => ({ path: each })),
  },
  noResult: { running: 409, ended: 409 },
  duplicate: (id) => ({ request: submission(sets.sample, 'high')(id), status: 409 }),
  rejected: {
    'a malformed body': { request: { path, init: { ...post(''), body: '{"a":' } }, status: 400 },
    'a body that lacks fields': { request: { path, init: post({}) }, status: 422 },
    'an unknown directory': { request: submission('/nowhere')('refused'), status: 422 },
    'a body of another type': {
      request: { path, init: { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' } },
      status: 415,
    },
    'a form': { request: { path, init: { method: 'POST', body: new FormData() } }, status: 415 },
    'a body that is too large': {
      request: { path, init: post({ image_set_path: 'x'.repeat(2 ** 20) }) },
      status: 413,
    },
    'an unknown route': { request: { path: '/api/nothing' }, status: 404 },
    'a wrong method': { request: { path }, status: 405 },
  },
  expectError,
});
