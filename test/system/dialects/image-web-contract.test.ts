/** image-web: the contract of all dialects, with real outages. */
import { expect } from 'vitest';
import { dialectContract } from '../../contracts/dialect.ts';
import { formOf, image, PICTURE, picture, type WebJob } from '../../support/clients/image-web/client.ts';

dialectContract({
  name: 'image-web',
  stopsServers: true,
  submissions: {
    quick: () => ({ path: '/jobs', init: formOf(image) }),
    slow: () => ({
      path: '/jobs',
      init: formOf(['operation', 'test.echo'], ['delay_ms', '600000'], image),
    }),
    failing: () => ({ path: '/jobs', init: formOf(['image', Buffer.from('no image'), 'notes.txt']) }),
  },
  accepted: 202,
  completed: 201,
  unavailable: 500,
  idOf: (body) => (body as WebJob).job_id,
  status: (id) => ({ path: `/jobs/${id}` }),
  result: (id) => ({ path: `/jobs/${id}/output` }),
  statusOf: (body) => (body as WebJob).status,
  statuses: {
    running: ['pending', 'processing'],
    completed: 'completed',
    failed: 'failed',
    cancelled: 'failed',
  },
  noResult: { running: 202, ended: 404 },
  rejected: {
    'an unknown route': { request: { path: '/jobs/a/b/c' }, status: 404 },
    'a wrong method': { request: { path: '/jobs' }, status: 405 },
    'a form that is too large': {
      request: { path: '/jobs', init: formOf(['image', picture, PICTURE], ['x', 'x'.repeat(2 ** 20 + 1)]) },
      status: 413,
    },
  },
  expectError: ({ headers, body }) => {
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(body).toMatchObject({ message: expect.stringMatching(/\w/) });
  },
});
