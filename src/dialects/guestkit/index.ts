/** The REST API of guestkit's workers, under /api/v1. */

import { ConcurrencyQuotas } from '../../jobs/submit/concurrency-quota.ts';
import type { CreateDialect } from '../dialect.ts';
import { createRoutes } from '../native/shared.ts';
import { fail, queueFull } from './errors.ts';
import { jobRoutes } from './jobs.ts';
import { submissionRoutes } from './submission.ts';
import { workerRoutes } from './worker.ts';

const name = 'guestkit';

export const createGuestkit: CreateDialect = (parts) => {
  const queues = new ConcurrencyQuotas(
    (tenant) => parts.runtime.countOpen({ dialect: name, tenant, state: 'created' }),
    () => parts.guestkit.maxQueueSize,
    queueFull,
  );
  return {
    name,
    routes: createRoutes()
      .route('/', submissionRoutes(parts, { name, queues }))
      .route('/', jobRoutes(parts, name))
      .route('/', workerRoutes(parts)),
    // Whoever shares the prefix comes before it in the list of dialects.
    owns: (path) => path === '/api/v1' || path.startsWith('/api/v1/'),
    fail,
    open: ['/api/v1/health'],
  };
};
