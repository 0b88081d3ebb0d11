/** An API as the application mounts it: its routes, its paths and the shape of its errors. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { DarkroomError } from '../errors.ts';
import type { ApiEnv } from './context.ts';

export interface MountedDialect {
  readonly name: string;
  /** Paths that this API answers for, with all paths below them. It also answers for paths there without a route (404). */
  readonly paths: readonly string[];
  /** Paths that are readable without login. They must not show data of a tenant. */
  readonly publicPaths: readonly string[];
  /** Paths whose POST requests submit a job; `*` stands for one segment. */
  readonly submissionPaths: readonly string[];
  readonly routes: OpenAPIHono<ApiEnv>;
  /** Returns the response to a failed request, whatever failed: 404, 405, 413, 415, 503 … */
  readonly fail: (c: Context<ApiEnv>, error: DarkroomError) => Response;
}

/** Returns the API that answers for a path: the one with the longest matching path. */
export function findDialect<Dialect extends Pick<MountedDialect, 'paths'>>(
  dialects: readonly Dialect[],
  path: string,
): Dialect | undefined {
  const matchLength = ({ paths }: Dialect) =>
    Math.max(-1, ...paths.filter((prefix) => isBelow(path, prefix)).map(({ length }) => length));
  const [best] = dialects.toSorted((a, b) => matchLength(b) - matchLength(a));
  return best && matchLength(best) >= 0 ? best : undefined;
}

const isBelow = (path: string, prefix: string): boolean =>
  prefix === '/' || path === prefix || path.startsWith(`${prefix}/`);
