/** The assets of a job as they come in: those that it was submitted with, and for a job that waits, those that follow. */
import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import type { DownloadStep } from '../activities/steps.ts';
import { type Batch, batchesOf, chunkEnds } from '../src/jobs/batch.ts';
import type { AssetChunk, AssetsTaken, Awaiting, JobOrder, MoreAssets } from '../src/jobs/order.ts';
import type { Control } from './control.ts';
import type { StatusBoard } from './job-status.ts';
import * as messages from './messages.ts';

/** How far an intake has come. */
export interface Progress {
  readonly given: number;
  readonly lastAt: number;
}

export class Intake {
  #chunks: readonly AssetChunk[];
  #batches: readonly Batch[] = [];
  #awaiting: Awaiting | null;
  readonly #min: number;
  /** When assets last came (epoch, ms). */
  #lastAt: number;
  /** Batches that were handed out. */
  #given: number;

  /** `earlier`: what an earlier execution of this run left; its chunks and what it awaits stand in the order. */
  constructor(order: JobOrder, board: StatusBoard, control: Control, earlier: Progress | null) {
    this.#chunks = order.chunks;
    this.#awaiting = order.awaiting;
    this.#min = order.awaiting?.min ?? 0;
    this.#given = earlier?.given ?? 0;
    this.#lastAt = earlier?.lastAt ?? Date.now();
    this.#rebatch();
    setHandler(messages.addAssets, (more) => this.#add(more, board), {
      validator: (more) => this.#check(more, control),
    });
    this.#closeIfFull();
  }

  /** More may come. */
  get open(): boolean {
    return this.#awaiting !== null;
  }

  get chunks(): readonly AssetChunk[] {
    return this.#chunks;
  }

  get batches(): readonly Batch[] {
    return this.#batches;
  }

  get progress(): Progress {
    return { given: this.#given, lastAt: this.#lastAt };
  }

  /** Assets so far. */
  get total(): number {
    return this.#batches.at(-1)?.to ?? 0;
  }

  /** What was to be expected of a job that waits; null once its input is complete. */
  get awaiting(): Awaiting | null {
    return this.#awaiting;
  }

  /** Whether all that has come was handed out. */
  get exhausted(): boolean {
    return this.#given === this.#batches.length;
  }

  /** The next batch, when there is one; undefined once all were handed out and no more come, or `enough` says so. */
  async next(enough: () => boolean): Promise<Batch | undefined> {
    while (!enough()) {
      const batch = this.#batches[this.#given];
      if (batch) {
        this.#given += 1;
        return batch;
      }
      if (!this.open) return undefined;
      await condition(() => !this.exhausted || !this.open || enough());
    }
    return undefined;
  }

  /** Ends the input after a quiet period, if the job has one. */
  async closeWhenQuiet(): Promise<void> {
    const quietMs = this.#awaiting?.quietMs ?? null;
    if (quietMs === null) return;
    while (this.open) {
      await condition(() => !this.open || this.total > 0);
      const seen = this.#chunks;
      const left = Math.max(1, quietMs - (Date.now() - this.#lastAt));
      const more = await condition(() => !this.open || this.#chunks !== seen, left);
      if (!more) this.#awaiting = null;
    }
  }

  /** Throws when the input is complete and less than the operation needs. */
  checkEnough(): void {
    if (this.total >= this.#min) return;
    const message = `The operation needs at least ${this.#min} assets, and the job was given ${this.total}`;
    throw refusal('too_few_assets', message);
  }

  #check({ chunks }: MoreAssets, control: Control): void {
    const awaiting = this.#awaiting;
    if (awaiting === null || control.cancelled())
      throw refusal('input_closed', 'The input of this job is complete; it takes no more assets');
    const total = this.total + sum(chunks);
    const limit = Math.min(awaiting.total ?? awaiting.max, awaiting.max);
    if (total > limit) {
      const message = `With these the job would have ${total} assets; it takes ${limit}`;
      throw refusal('too_many_assets', message);
    }
  }

  #add({ chunks, final }: MoreAssets, board: StatusBoard): AssetsTaken {
    this.#chunks = [...this.#chunks, ...chunks];
    this.#lastAt = Date.now();
    this.#rebatch();
    if (final) this.#awaiting = null;
    this.#closeIfFull();
    board.expect(this.total);
    return {
      total: this.total,
      sealed: chunks.flatMap((chunk) => ('sealed' in chunk ? [chunk.sealed] : [])),
    };
  }

  #closeIfFull(): void {
    if (this.#awaiting?.total === this.total) this.#awaiting = null;
  }

  #rebatch(): void {
    this.#batches = batchesOf(chunkEnds(this.#chunks));
  }
}

/** The assets of a batch, or the object that holds them, and from what position there. */
export function inputsOf(chunks: readonly AssetChunk[], { from, to }: Batch): DownloadStep['inputs'] {
  let start = 0;
  for (const chunk of chunks) {
    const offset = from - start;
    if (offset < chunk.count) {
      if ('sealed' in chunk) return { sealed: chunk.sealed, offset };
      return { assets: chunk.assets.slice(offset, to - start) };
    }
    start += chunk.count;
  }
  throw new Error('There is no such batch');
}

const refusal = (type: string, message: string): ApplicationFailure =>
  ApplicationFailure.create({ type, message, nonRetryable: true });

const sum = (chunks: readonly AssetChunk[]): number => chunks.reduce((total, { count }) => total + count, 0);
