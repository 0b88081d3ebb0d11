/** Options of the client's methods. */
import type { EventOptions } from './server-events.ts';
import type { JobProgress } from './types.ts';

export interface Cancellable {
  readonly signal?: AbortSignal | undefined;
}

export interface SubmitOptions extends Cancellable {
  /** The same key with the same request returns the same job. Default: a random key, so that retries are safe. */
  readonly idempotencyKey?: string;
}

export interface WaitOptions extends EventOptions {
  /** Milliseconds. Default: no limit. */
  readonly timeoutMs?: number;
  /** Called on each change. */
  readonly onProgress?: (progress: JobProgress) => void;
}

export interface DownloadOptions extends Cancellable {
  /** Skips `offset` bytes of the content with this SHA-256. The response is 206, or 200 with the whole file. */
  readonly from?: { readonly offset: number; readonly sha256: string };
}

export interface RerunOptions extends Cancellable {
  /** The first stage that runs again, or in a pipeline the first step. Default: all. */
  readonly from?: string | undefined;
  /** Downloads and processes only the failed assets. */
  readonly failedAssets?: boolean | undefined;
}

export interface LinkOptions extends Cancellable {
  /** A file of the result. Default: `index.html`, with all files that the page shows. */
  readonly path?: string | undefined;
  /** Seconds. Default: 3600. */
  readonly expiresIn?: number | undefined;
}
