/** A Hono application whose OpenAPI routes report invalid requests as `invalid_request`. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { invalidFields } from '../../jobs/validation/invalid-request.ts';
import type { ApiEnv } from '../context.ts';

/** Returns a router without routes. Its routes throw `invalid_request`, with one entry for each invalid field. */
export const createRouter = (): OpenAPIHono<ApiEnv> =>
  new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidFields(result.error.issues);
    },
  });
