/** An API that this server speaks besides its own: routes, and the shape that its errors have. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ApiParts, Env } from '../api/context.ts';
import type { DarkroomError } from '../errors.ts';

interface Dialect {
  /** Also the search attribute of its jobs. */
  readonly name: string;
  readonly routes: OpenAPIHono<Env>;
  /** Whether requests for this path are of this dialect, there being such a route or not; the first that says so is asked. */
  owns(path: string): boolean;
  /** Every failure of a request, in the words of this dialect: 404, 405, 413, 415, 503 … */
  fail(c: Context<Env>, error: DarkroomError): Response;
  /** Paths that everybody may read, also where all others must log in. Nothing of a tenant is there. */
  readonly open?: readonly string[];
}

export type CreateDialect = (parts: ApiParts) => Dialect;
