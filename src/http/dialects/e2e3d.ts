/** e2e3d: a textured model of the photographs in a directory of the server, under /api, and its files under /output. */
import { DialectJobs } from '../../jobs/scope.ts';
import type { CreateDialect } from '../dialect.ts';
import { createRoutes } from '../native/shared.ts';
import { fail } from './e2e3d/errors.ts';
import { jobRoutes } from './e2e3d/jobs.ts';
import { resultRoutes } from './e2e3d/results.ts';
import { NAME } from './e2e3d/shared.ts';
import { submissionRoutes } from './e2e3d/submission.ts';
import { systemRoutes } from './e2e3d/system.ts';

export const createE2e3d: CreateDialect = (parts) => {
  const jobs = new DialectJobs(parts.service, NAME);
  return {
    name: NAME,
    routes: createRoutes()
      .route('/', submissionRoutes(parts))
      .route('/', jobRoutes(parts, jobs))
      .route('/', resultRoutes(parts, jobs))
      .route('/', systemRoutes(parts, jobs)),
    // Whoever has a part of /api to itself comes before it in the list of dialects.
    owns: (path) => /^\/(api|output)(\/|$)/.test(path),
    fail,
    open: ['/api/health'],
  };
};
