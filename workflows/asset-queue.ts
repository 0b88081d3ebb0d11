/** The assets of a job: those that it was submitted with, and those that are added while it waits for more. */
import { ApplicationFailure, condition, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import type { DownloadInput } from '../activities/types.ts';
import type { ErrorCode } from '../src/errors.ts';
import { type Batch, type BatchSizes, chunkEnds, splitIntoBatches } from '../src/jobs/model/batch.ts';
import type { AssetChunk, AssetsTaken, Awaiting, MoreAssets, RunInput } from '../src/jobs/model/run-input.ts';
import type { JobControl } from './job-control.ts';
import type { JobStatusPublisher } from './job-status.ts';
import * as messages from './messages.ts';

const HOUR_MS = 3_600_000;

/** A call of `addAssets`: its update id, and the range of chunks that it added. */
interface Call {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

/** The state of the queue, apart from the chunks and what the job waits for: those are in the run's input. */
export interface AssetQueueState {
  /** How many batches were taken. */
  readonly taken: number;
  /** When assets arrived last (epoch, ms). */
  readonly lastAddedAt: number;
  readonly calls: readonly Call[];
}

export class AssetQueue {
  readonly #awaiting: Awaiting | null;
  readonly #batchSizes: BatchSizes;
  readonly #maxRememberedCalls: number;
  #chunks: readonly AssetChunk[];
  #batches: readonly Batch[] = [];
  #open: boolean;
  /** How long the job waited for an asset, if more were to come. */
  #overdueMs: number | null = null;
  #rejectsMore = false;
  #taken: number;
  #lastAddedAt: number;
  #calls: readonly Call[];

  /** Registers the handler of `addAssets`. `resumeFrom`: the state that an earlier execution of this run left. */
  constructor(
    { chunks, awaiting, tuning }: RunInput,
    resumeFrom: AssetQueueState | null,
    status: JobStatusPublisher,
    control: Pick<JobControl, 'isCancelled'>,
  ) {
    this.#chunks = chunks;
    this.#awaiting = awaiting;
    this.#batchSizes = tuning.batchSizes;
    this.#maxRememberedCalls = tuning.maxRememberedCalls;
    this.#open = awaiting !== null;
    this.#taken = resumeFrom?.taken ?? 0;
    this.#lastAddedAt = resumeFrom?.lastAddedAt ?? Date.now();
    this.#calls = resumeFrom?.calls ?? [];
    this.#splitIntoBatches();
    this.#closeIfFull();
    setHandler(messages.addAssets, (more) => this.#add(more, status), {
      description:
        'Adds assets to a job that waits for them. Sent by the API, which has stored them encrypted.',
      validator: (more) => this.#validate(more, control),
    });
  }

  /** Whether more assets may come. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Whether all batches so far were taken. */
  get isEmpty(): boolean {
    return this.#taken === this.#batches.length;
  }

  /** Batches that are left to take; undefined while more assets may come. */
  get left(): number | undefined {
    return this.#open ? undefined : this.#batches.length - this.#taken;
  }

  get chunks(): readonly AssetChunk[] {
    return this.#chunks;
  }

  /** The number of assets so far. */
  get total(): number {
    return this.#batches.at(-1)?.to ?? 0;
  }

  get state(): AssetQueueState {
    return { taken: this.#taken, lastAddedAt: this.#lastAddedAt, calls: this.#calls };
  }

  /** What the job waits for; null once its input is complete. */
  get awaiting(): Awaiting | null {
    return this.#open ? this.#awaiting : null;
  }

  /** What the job waited for, if it never got it. */
  get unmetAwaiting(): Awaiting | null {
    return this.#open || this.#hasTooFew || this.#overdueMs !== null ? this.#awaiting : null;
  }

  isReady(): boolean {
    return !this.isEmpty || !this.#open;
  }

  /** Takes the next batch; undefined when all were taken. */
  take(): Batch | undefined {
    const batch = this.#batches[this.#taken];
    if (batch) this.#taken += 1;
    return batch;
  }

  /**
   * Closes the input when no asset came for as long as the job waits: for the first one, then for the quiet period or, without
   * one, for the next asset. Otherwise a job whose client is gone would wait forever.
   */
  async closeWhenQuiet(): Promise<void> {
    if (this.#awaiting === null) return;
    const { firstAssetMs, nextAssetMs, quietMs } = this.#awaiting;
    while (this.#open) {
      const hadNone = this.total === 0;
      const limit = hadNone ? firstAssetMs : (quietMs ?? nextAssetMs);
      const left = this.#lastAddedAt + limit - Date.now();
      const what = quietMs === null ? 'time for the next asset' : 'quiet period';
      const summary = hadNone ? 'time for the first asset' : what;
      if (left > 0) await condition(() => !this.#open || (hadNone && this.total > 0), left, { summary });
      else {
        this.#open = false;
        if (hadNone ? this.#awaiting.total !== null : quietMs === null) this.#overdueMs = limit;
      }
    }
  }

  /** @throws ApplicationFailure when the complete input has fewer assets than the operation needs, or the job waited too long. */
  assertEnoughAssets(): void {
    const { min = 0, total: announced = null } = this.#awaiting ?? {};
    if (this.#hasTooFew) {
      const message = `The operation needs at least ${min} assets, and the job was given ${this.total}`;
      throw createFailure('too_few_assets', message);
    }
    if (this.#overdueMs === null) return;
    const time = `${Number((this.#overdueMs / HOUR_MS).toPrecision(3))} hours`;
    const message =
      announced === null
        ? `After ${this.total} assets, neither another one nor "final" came within ${time}`
        : `Only ${this.total} of the ${announced} announced assets came, and no other one within ${time}`;
    throw createFailure('assets_overdue', message);
  }

  /** Rejects all further calls, since the job ends, whether its input is complete or not. */
  rejectMore(): void {
    this.#rejectsMore = true;
  }

  get #hasTooFew(): boolean {
    return this.total < (this.#awaiting?.min ?? 0);
  }

  #validate(more: MoreAssets, control: Pick<JobControl, 'isCancelled'>): void {
    const problem = messages.findMoreAssetsProblem(more);
    if (problem !== null) throw createFailure('invalid_request', problem);
    const awaiting = this.awaiting;
    const { isRepeated, hasReusedKey } = this.#recognizeCall();
    if (isRepeated) return;
    if (hasReusedKey)
      throw createFailure('idempotency_key_reused', 'This Idempotency-Key came before, with other assets');
    if (awaiting === null)
      throw createFailure('input_closed', 'The input of this job is complete; it takes no more assets');
    if (this.#rejectsMore || control.isCancelled)
      throw createFailure('input_closed', 'This job is at its end; it takes no more assets');
    const total = this.total + countAssets(more.chunks);
    const limit = Math.min(awaiting.total ?? awaiting.max, awaiting.max);
    if (total > limit)
      throw createFailure(
        'too_many_assets',
        `With these the job would have ${total} assets; it takes ${limit}`,
      );
  }

  #add({ chunks, final }: MoreAssets, status: JobStatusPublisher): AssetsTaken {
    const id = currentUpdateInfo()?.id ?? '';
    const earlier = this.#findCall(id);
    if (earlier) return this.#answer(earlier);
    const call = { id, from: this.#chunks.length, to: this.#chunks.length + chunks.length };
    this.#calls = [...this.#calls, call].slice(-this.#maxRememberedCalls);
    this.#chunks = [...this.#chunks, ...chunks];
    this.#lastAddedAt = Date.now();
    this.#splitIntoBatches();
    if (final) this.#open = false;
    this.#closeIfFull();
    status.raiseAssetTotal(this.total);
    return this.#answer(call);
  }

  /** The update id of a call with an Idempotency-Key is `KEY.CONTENT`, two digests. Other calls have random ids without a dot. */
  #recognizeCall(): { isRepeated: boolean; hasReusedKey: boolean } {
    const id = currentUpdateInfo()?.id ?? '';
    const [key, content] = id.split('.');
    return {
      isRepeated: this.#findCall(id) !== undefined,
      hasReusedKey: content !== undefined && this.#calls.some((call) => call.id.startsWith(`${key}.`)),
    };
  }

  #findCall(id: string): Call | undefined {
    return this.#calls.findLast((call) => call.id === id);
  }

  #answer({ from, to }: Call): AssetsTaken {
    const chunks = this.#chunks.slice(0, to);
    return {
      total: countAssets(chunks),
      sealed: chunks.slice(from).flatMap((chunk) => ('sealed' in chunk ? [chunk.sealed] : [])),
    };
  }

  #closeIfFull(): void {
    if (this.#awaiting?.total === this.total) this.#open = false;
  }

  #splitIntoBatches(): void {
    this.#batches = splitIntoBatches({ chunkEnds: chunkEnds(this.#chunks), sizes: this.#batchSizes });
  }
}

/** The assets of a batch; or the object that holds them, and the position of the first of them in it. */
export function selectBatchInputs(
  chunks: readonly AssetChunk[],
  { from, to }: Batch,
): DownloadInput['inputs'] {
  let start = 0;
  for (const chunk of chunks) {
    const offset = from - start;
    if (offset < chunk.count) {
      if ('sealed' in chunk) return { sealed: chunk.sealed, offset };
      return { assets: chunk.assets.slice(offset, to - start) };
    }
    start += chunk.count;
  }
  throw new Error(`No chunk holds the asset at position ${from}`);
}

const createFailure = (type: ErrorCode, message: string): ApplicationFailure =>
  ApplicationFailure.create({ type, message, nonRetryable: true, category: 'BENIGN' });

const countAssets = (chunks: readonly AssetChunk[]): number =>
  chunks.reduce((total, { count }) => total + count, 0);
