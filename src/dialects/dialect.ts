/** The exports of a dialect: its definition, and its lazily loaded routes. */
import type { ApiDependencies } from '../api/context.ts';
import type { MountedDialect } from '../api/dialect.ts';
import type { Setting, SettingValues } from '../lib/settings/setting.ts';
import type { CallbackBody } from './callback-body.ts';

type Settings = Readonly<Record<string, Setting>>;

/** The exports of a dialect's `routes.ts`. Only API processes load it. */
interface DialectApi<Own extends Settings> extends Pick<MountedDialect, 'fail'> {
  /** Returns the routes. Throws ConfigError if a setting does not fit the operations of this server. */
  createRoutes(dependencies: ApiDependencies, config: SettingValues<Own>): MountedDialect['routes'];
}

/** An API that this server speaks. Workers read the definition too, so its file must not import Hono. */
export interface Dialect<Own extends Settings = Settings>
  extends Pick<MountedDialect, 'paths' | 'submissionPaths'> {
  /** Also the search attribute of its jobs. */
  readonly name: string;
  /** Paths that are readable without login. They must not show data of a tenant. */
  readonly publicPaths?: readonly string[];
  readonly settings?: Own;
  readonly api: () => Promise<DialectApi<Own>>;
  /** Returns the body of a callback. Left out, callbacks have the native body. */
  readonly callbackBody?: CallbackBody;
}

/**
 * Defines a dialect.
 *
 * @example
 * export const studio = defineDialect({
 *   name: 'studio',
 *   paths: ['/studio'],
 *   submissionPaths: ['/studio/tasks'],
 *   api: () => import('./routes.ts'),
 * });
 */
export const defineDialect = <const Own extends Settings>(dialect: Dialect<Own>): Dialect<Own> => dialect;
