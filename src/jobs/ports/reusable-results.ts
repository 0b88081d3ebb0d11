/** Port: which results of the jobs of a tenant can be reused. Implemented in `src/storage/`. All methods throw `store_unavailable`. */
import type { Checkpoint, Digest, StagePart } from '../model/checkpoint.ts';

/** Entries refer to checkpoints of jobs and hold no bytes of them: with its job, each becomes useless. */
export interface ReusableResults {
  /**
   * Returns the checkpoint that equal work of the tenant left. Null: there is none, it was recorded before `horizon`, its job was deleted, or
   * it has changed since.
   *
   * @param work - Digest of all that decides the results.
   */
  find(tenant: string, work: string, horizon: Date, signal: AbortSignal): Promise<Checkpoint | null>;
  /** @param checkpoint - Digest of the checkpoint that the store has. */
  record(
    work: string,
    part: StagePart,
    checkpoint: Pick<Digest, 'sha256'>,
    signal: AbortSignal,
  ): Promise<void>;
  /** Deletes entries that were recorded before `horizon`, and the oldest ones above `most`. Returns their number. */
  sweep(horizon: Date, most: number, signal: AbortSignal): Promise<number>;
}
