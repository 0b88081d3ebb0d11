/** The action that each route names, and the check that the caller's role may do it. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import { type Action, permits, roleFor } from '../../auth/roles.ts';
import { DarkroomError } from '../../errors.ts';
import type { ApiEnv } from '../context.ts';
import { matchesPath } from './public-paths.ts';

/** The member of a route's OpenAPI description that names its action. */
const MEMBER = 'x-action';

/**
 * Names the action of a route.
 *
 * @example
 * createRoute({ method: 'get', path: '/studio/{id}', ...requires('jobs.read'), responses });
 */
export const requires = (action: Action) => ({ [MEMBER]: action }) as const;

/** Returns the action in the description of a route, or of an operation of an OpenAPI document. */
export const actionOf = (described: object): Action | undefined => Reflect.get(described, MEMBER);

/** Method and path of a route → action. */
export type RouteActions = ReadonlyMap<string, Action>;

/**
 * Returns the actions of all routes of an application.
 *
 * @param own path → action of the routes that no OpenAPI document describes; a path may end with `/*`
 * @throws {TypeError} if a route neither is public nor names an action
 */
export function collectActions(
  app: OpenAPIHono<ApiEnv>,
  described: readonly Pick<OpenAPIHono<ApiEnv>, 'openAPIRegistry'>[],
  own: Readonly<Record<string, Action>>,
  publicPaths: readonly string[],
): RouteActions {
  const named = new Map<string, Action | undefined>();
  for (const { openAPIRegistry } of described)
    for (const definition of openAPIRegistry.definitions)
      if (definition.type === 'route')
        named.set(toKey(definition.route.method, definition.route.path), actionOf(definition.route));
  const ownAction = (path: string) =>
    Object.entries(own).find(([pattern]) => matchesPath([pattern], path))?.[1];
  const actions = new Map<string, Action>();
  for (const { method, path } of app.routes) {
    if (method === 'ALL') continue;
    const key = toKey(method, path);
    const action = named.get(key) ?? ownAction(path);
    if (action) actions.set(key, action);
    else if (!matchesPath(publicPaths, path)) throw new TypeError(`${key} names no action`);
  }
  return actions;
}

/** Hono writes a parameter as `:id` or `:path{.+}`, OpenAPI as `{id}`. */
const toKey = (method: string, path: string): string =>
  `${method.toUpperCase()} ${path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`;

/** Returns the action of the route that will answer a request; null if there is none, and for public routes. */
export function findAction(c: Context, actions: RouteActions): Action | null {
  const keys = matchedRoutes(c).map(({ method, path }) => toKey(method, path));
  return keys.map((key) => actions.get(key)).find((action) => action !== undefined) ?? null;
}

/** Whether the role of the caller permits an action. */
export const isPermitted = (c: Context<ApiEnv>, action: Action): boolean =>
  permits(c.var.principal.role, action);

/** Throws `forbidden` unless the role of the caller permits an action. */
export function requirePermission(c: Context<ApiEnv>, action: Action): void {
  const { role } = c.var.principal;
  if (permits(role, action)) return;
  const needed = roleFor(action);
  throw new DarkroomError(
    'forbidden',
    `The role "${role}" may not do this (${action}); it takes the role "${needed}"`,
    { details: { role: needed } },
  );
}
