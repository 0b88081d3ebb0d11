/** What a dialect folder exports from its `index.ts`. */
import type { ApiDependencies } from '../api/context.ts';
import type { MountedDialect } from '../api/dialect.ts';
import type { CallbackBody } from './callback-body.ts';

/** What the lazy module of a dialect exports. Only API processes load it. */
interface DialectApi extends Pick<MountedDialect, 'fail'> {
  readonly createRoutes: (dependencies: ApiDependencies) => MountedDialect['routes'];
}

/** An API that this server speaks. Workers read the definition too, so its file must not import Hono. */
export interface Dialect extends Pick<MountedDialect, 'paths'> {
  /** Also the search attribute of its jobs. */
  readonly name: string;
  readonly publicPaths?: readonly string[];
  readonly api: () => Promise<DialectApi>;
  /** Writes the body of callbacks. Left out, callbacks have the native body. */
  readonly callbackBody?: CallbackBody;
}
