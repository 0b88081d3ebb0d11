/** Dependencies of the activities. `src/compose.ts` supplies them. */
import type { readPictureFacts as ReadPictureFacts } from '../operations/lib/picture-facts.ts';
import type { PicturePool } from '../operations/lib/picture-process/picture-pool.ts';
import type { Sandbox } from '../operations/lib/sandbox/sandbox.ts';
import type { InstalledEngine, Operation } from '../operations/operation.ts';
import type { Keyring } from '../src/auth/keyring.ts';
import type { TenantBuckets } from '../src/buckets/tenant-buckets.ts';
import type { CallbackBody } from '../src/dialects/callback-body.ts';
import type { Retention } from '../src/jobs/lifecycle/retention.ts';
import type { Destinations } from '../src/jobs/ports/destinations.ts';
import type { JobArchive } from '../src/jobs/ports/job-archive.ts';
import type { RunFiles } from '../src/jobs/ports/run-files.ts';
import type { SharedSlots } from '../src/lib/shared-slots.ts';
import type { GuardedHttp } from '../src/net/guarded-http.ts';
import type { DurableStages } from './durable-stages.ts';
import type { EqualWork } from './equal-work.ts';
import type { ActivityJournal } from './journal.ts';
import type { LocalAttempts } from './local-attempts.ts';
import type { RunAlone } from './run-alone.ts';

export interface ActivityDependencies extends RunFiles {
  readonly archive: JobArchive;
  readonly retention: Retention;
  /** Downloads assets. */
  readonly assetHttp: GuardedHttp;
  /** Sends callbacks. */
  readonly callbackHttp: GuardedHttp;
  /** Sends callbacks that may reach loopback addresses. */
  readonly loopbackHttp: GuardedHttp;
  /** Sign callbacks, and identify work. */
  readonly keys: Pick<Keyring, 'webhookSecrets' | 'fingerprints'>;
  readonly operation: (name: string) => Operation<never> | undefined;
  /** Returns the version of the code of all operations. */
  readonly operationsVersion: () => Promise<string>;
  /** Which results are reused: at most so old, and at least so many milliseconds of work. Null: none. */
  readonly reuse: { readonly maxAgeMs: number; readonly minMs: number } | null;
  readonly equalWork: EqualWork;
  /** Throws engine_missing. */
  readonly engine: (name: string) => InstalledEngine;
  /** Memory limit for the processes of one stage of a capability, in bytes; null for no limit. */
  readonly memoryOf: (capability: string) => number | null;
  /** Where operations send files of a tenant. */
  readonly destinations: (tenant: string) => Destinations;
  /** Buckets of tenants. */
  readonly buckets: TenantBuckets;
  readonly pictures: Pick<PicturePool, 'forTenant'>;
  /** Reads the header of a picture; see `operations/lib/picture-facts.ts`. */
  readonly readPictureFacts: typeof ReadPictureFacts;
  readonly sandbox: Sandbox;
  /** Milliseconds without a sign of life after which a stage counts as hung. */
  readonly stallMs: number;
  readonly inputRoots: readonly string[];
  readonly journal: ActivityJournal;
  readonly durableStages: DurableStages;
  readonly localAttempts: LocalAttempts;
  /** Milliseconds between the first heartbeats of an activity. */
  readonly heartbeatMs: number;
  /** Runs an activity in a process of its own. */
  readonly runAlone: RunAlone;
  /** Scratch directory of this worker. */
  readonly workDir: string;
  /** Bytes. */
  readonly maxAssetBytes: number;
  /** For the response of an asset server, and for each part of it that `assetMinRate` requires. */
  readonly assetTimeoutMs: number;
  /** Bytes per second. */
  readonly assetMinRate: number;
  /** For a whole asset. */
  readonly assetMaxMs: number;
  /** Limits the downloads of all jobs on this worker: each holds parts of its asset in memory. */
  readonly downloadSlots: SharedSlots;
  /** Milliseconds that an activity waits for download slots. */
  readonly downloadWaitMs: number;
  readonly callbackTimeoutMs: number;
  /** Headers that pass the trace of the current activity on to receivers of callbacks; none without tracing. */
  readonly traceHeaders: () => Record<string, string>;
  /** Limits the callbacks of all jobs on this worker that wait for their receivers. */
  readonly callbackSlots: SharedSlots;
  /** For links in callbacks, without a trailing slash. */
  readonly publicUrl: string;
  /** Returns what a callback sends, in the words of the API that submitted the job. */
  readonly callbackBody: CallbackBody;
}
