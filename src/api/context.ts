/** Dependencies of every API, and the variables of a request. */
import type { HttpBindings } from '@hono/node-server';
import type { AuditReader } from '../auth/audit-event.ts';
import type { Principal } from '../auth/authenticator.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { UsageLedger } from '../jobs/model/usage.ts';
import type { Credentials } from '../jobs/ports/credentials.ts';
import type { JobRuntime } from '../jobs/ports/job-runtime.ts';
import type { OperationCatalogue } from '../jobs/ports/operation-catalogue.ts';
import type { Templates } from '../jobs/ports/templates.ts';
import type { Estimator } from '../jobs/query/estimator.ts';
import type { Watcher } from '../jobs/query/watcher.ts';
import type { JobSubmissions } from '../jobs/submit/job-submissions.ts';
import type { WatchLogin } from './auth/login-watch.ts';
import type { Sessions } from './auth/sessions.ts';
import type { BodyMeter } from './limits/bytes-in-flight.ts';
import type { Taken } from './limits/scoped-rates.ts';
import type { Links } from './links.ts';
import type { Metrics } from './metrics.ts';

export interface ApiDependencies {
  readonly jobs: Jobs;
  readonly submissions: JobSubmissions;
  readonly watcher: Watcher;
  readonly estimator: Estimator;
  readonly operations: OperationCatalogue;
  readonly usage: UsageLedger;
  readonly credentials: Credentials;
  readonly templates: Templates;
  readonly audit: AuditReader;
  readonly runtime: Pick<
    JobRuntime,
    'liveCapabilities' | 'liveWorkers' | 'countOpen' | 'queues' | 'countsByState'
  >;
  readonly metrics: Metrics;
  /** Resolves if the object store can be read and written. Throws store_unavailable. */
  readonly checkStore: () => Promise<void>;
  /** Lists the photographs in a directory that a client of the tenant names. Throws asset_not_found, asset_path_forbidden. */
  readonly photographs: (
    directory: string,
    tenant: string,
  ) => Promise<{ readonly paths: readonly string[]; readonly notes: readonly string[] }>;
  /** Resolves if a client of the tenant may use this path as an input file. Throws asset_not_found, asset_path_forbidden. */
  readonly checkInputFile: (path: string, tenant: string) => Promise<void>;
  /** Most bytes of a file, of a request with files, and of a request without. */
  readonly limits: { readonly asset: number; readonly upload: number; readonly json: number };
  /** CPU stages that a worker runs at once by this server's settings, for when no worker reports its own number. */
  readonly cpuSlots: number;
  readonly links: Links;
  /** Null: this server requires no login. */
  readonly sessions: Sessions | null;
  /** Address of this server as clients know it, without a slash at the end. */
  readonly publicUrl: string;
}

/** Hono's environment: the caller and its tenant, the id of the request for logs, and the watch over its login. */
export type ApiEnv = {
  Variables: {
    principal: Principal;
    tenant: string;
    requestId: string;
    watchLogin: WatchLogin;
    /** IP address of the client; null: unknown. */
    address: string | null;
    /** What counts as that address in limits. */
    addressSubject: string | null;
    /** The reason that a client gives for an action; undefined: none. */
    reason?: string | undefined;
    /** What the request has counted in limits of rates. */
    taken: Taken[];
  };
  /** `body` counts a body of unknown length. */
  Bindings: HttpBindings & { body?: BodyMeter };
};
