/** What activities need from the outside; put together in `src/compose.ts`. */
import type { EngineAtHand, Operation } from '../operations/operation.ts';
import type { Keyring } from '../src/auth/keyring.ts';
import type { CallbackBody } from '../src/dialects/callback-body.ts';
import type { Retention } from '../src/jobs/lifecycle/retention.ts';
import type { Semaphore } from '../src/lib/semaphore.ts';
import type { GuardedHttp } from '../src/net/guarded-http.ts';
import type { StoredArchive } from '../src/storage/archive.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';

export interface ActivityDependencies {
  readonly store: ObjectStore;
  readonly archive: StoredArchive;
  readonly retention: Retention;
  readonly http: GuardedHttp;
  readonly keys: Keyring;
  readonly operation: (name: string) => Operation<never> | undefined;
  /** Throws engine_missing. */
  readonly engine: (name: string) => EngineAtHand;
  /** Bytes that processes of one step of a capability may take; null: any. */
  readonly memoryOf: (capability: string) => number | null;
  readonly inputRoots: readonly string[];
  /** Scratch directory of this worker. */
  readonly workDir: string;
  /** Bytes. */
  readonly maxAssetBytes: number;
  readonly assetTimeoutMs: number;
  /** Of downloads, of all jobs: each holds parts of its asset in memory. */
  readonly downloadSlots: Semaphore;
  readonly callbackTimeoutMs: number;
  /** For links in callbacks, without a slash at the end. */
  readonly publicUrl: string;
  /** Returns what a callback sends, in the words of the API that submitted the job. */
  readonly callbackBody: CallbackBody;
}
