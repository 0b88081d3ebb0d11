/** The dialects as API processes and workers need them. */
import type { ApiDependencies } from '../api/context.ts';
import type { MountedDialect } from '../api/dialect.ts';
import type { CallbackBody } from './callback-body.ts';
import type { Dialect } from './dialect.ts';
import * as list from './index.ts';
import { callbackBody as nativeCallbackBody } from './native/callback.ts';

/** The documentation shows them in this order. */
const { native, ...others } = list;
const dialects: readonly Dialect[] = [native, ...Object.values(others)];

/**
 * Loads the routes of all dialects.
 *
 * @param config the value of every setting, by variable
 * @throws ConfigError if a setting of a dialect does not fit the operations of this server
 */
export const loadDialects = (
  dependencies: ApiDependencies,
  config: Readonly<Record<string, unknown>>,
): Promise<MountedDialect[]> =>
  Promise.all(
    dialects.map(async ({ name, api, paths, submissionPaths, publicPaths = [] }) => {
      const { createRoutes, fail } = await api();
      return { name, paths, submissionPaths, publicPaths, routes: createRoutes(dependencies, config), fail };
    }),
  );

/** Returns the body of a callback in the words of the API that submitted the job. */
export const callbackBody: CallbackBody = (context) => {
  const dialect = dialects.find(({ name }) => name === context.job.dialect);
  return (dialect?.callbackBody ?? nativeCallbackBody)(context);
};
