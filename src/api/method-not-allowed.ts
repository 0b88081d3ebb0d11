/** 405 for a path whose routes take other methods (RFC 9110, section 15.5.6). */
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { DarkroomError } from '../errors.ts';
import type { ApiEnv } from './context.ts';

const order = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Middleware that replaces 404 by 405, with the header `Allow`.
 *
 * @param fail returns the response to an error
 */
export const rejectWrongMethods = (
  app: Hono<ApiEnv>,
  fail: (c: Context<ApiEnv>, error: DarkroomError) => Response,
): MiddlewareHandler<ApiEnv> =>
  methodNotAllowed<ApiEnv>({
    app,
    onMethodNotAllowed: (c, methods) => {
      const allowed = methods.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
      c.header('allow', allowed.join(', '));
      const named = allowed.filter((method) => method !== 'HEAD').join(', ');
      const message = `${c.req.path} takes ${named}, not ${c.req.method}`;
      return fail(c, new DarkroomError('method_not_allowed', message));
    },
  });
