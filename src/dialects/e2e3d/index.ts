/** e2e3d: a textured model of the photographs in a directory of the server, under /api, and its files under /output. */
import type { CreateDialect } from '../dialect.ts';
import { createRoutes } from '../native/shared.ts';
import { fail } from './errors.ts';
import { jobRoutes } from './jobs.ts';
import { resultRoutes } from './results.ts';
import { NAME } from './shared.ts';
import { submissionRoutes } from './submission.ts';
import { systemRoutes } from './system.ts';

export const createE2e3d: CreateDialect = (parts) => {
  return {
    name: NAME,
    routes: createRoutes()
      .route('/', submissionRoutes(parts))
      .route('/', jobRoutes(parts))
      .route('/', resultRoutes(parts))
      .route('/', systemRoutes(parts)),
    // Whoever has a part of /api to itself comes before it in the list of dialects.
    owns: (path) => /^\/(api|output)(\/|$)/.test(path),
    fail,
    open: ['/api/health'],
  };
};
