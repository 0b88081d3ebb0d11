/** The REST API of guestkit's workers, under /api/v1. */
import { Rooms } from '../../jobs/room.ts';
import { DialectJobs } from '../../jobs/scope.ts';
import type { CreateDialect } from '../dialect.ts';
import { createRoutes } from '../native/shared.ts';
import { fail, queueFull } from './guestkit/errors.ts';
import { jobRoutes } from './guestkit/jobs.ts';
import { submissionRoutes } from './guestkit/submission.ts';
import { workerRoutes } from './guestkit/worker.ts';

const name = 'guestkit';

export const createGuestkit: CreateDialect = (parts) => {
  const jobs = new DialectJobs(parts.service, name);
  const queues = new Rooms(
    (tenant) => parts.engine.countOpen({ dialect: name, tenant, state: 'created' }),
    () => parts.guestkit.maxQueueSize,
    queueFull,
  );
  return {
    name,
    routes: createRoutes()
      .route('/', submissionRoutes(parts, { name, jobs, queues }))
      .route('/', jobRoutes(jobs))
      .route('/', workerRoutes(parts)),
    // Whoever shares the prefix comes before it in the list of dialects.
    owns: (path) => path === '/api/v1' || path.startsWith('/api/v1/'),
    fail,
    open: ['/api/v1/health'],
  };
};
