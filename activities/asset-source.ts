/** Options, result and errors that all asset sources share. */
import type { DarkroomError, ErrorCode } from '../src/errors.ts';
import type { RunRef } from '../src/jobs/model/run-input.ts';
import type { AssetDownload } from '../src/jobs/ports/run-files.ts';

export interface FetchOptions {
  readonly job: RunRef;
  readonly index: number;
  readonly signal: AbortSignal;
  /** Called for each chunk with the bytes so far, and the total if the server sent it. */
  readonly onBytes: (received: number, total: number | null) => void;
}

/** Location of the bytes of an asset. */
export type AssetBytes = Pick<AssetDownload, 'location' | 'size' | 'sha256'>;

/** Makes an error that names the asset. `what` continues the sentence. */
export type AssetProblem = (code: ErrorCode, what: string, cause?: unknown) => DarkroomError;
