/** The assets of a job as they come in: those that it was submitted with, and for a job that waits, those that follow. */
import { ApplicationFailure, condition, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import type { DownloadInput } from '../activities/types.ts';
import { type Batch, batchesOf, chunkEnds } from '../src/jobs/model/batch.ts';
import type { AssetChunk, AssetsTaken, Awaiting, MoreAssets, RunInput } from '../src/jobs/model/run-input.ts';
import type { Control, Supply } from './control.ts';
import type { JobStatusPublisher } from './job-status.ts';
import * as messages from './messages.ts';

/** Calls that are remembered, so that one that is made again counts once. Temporal itself forgets them with each execution. */
const KEPT_CALLS = 1000;

/** A call that brought assets: its id, and the chunks that were here before and after it. */
interface Call {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

/** How far an assetQueue has come. */
export interface Progress {
  readonly given: number;
  readonly lastAt: number;
  readonly calls: readonly Call[];
}

export class AssetQueue implements Supply<Batch> {
  #chunks: readonly AssetChunk[];
  #batches: readonly Batch[] = [];
  readonly #awaiting: Awaiting | null;
  #open: boolean;
  #ended = false;
  /** When assets last came (epoch, ms). */
  #lastAt: number;
  /** Batches that were handed out. */
  #given: number;
  #calls: readonly Call[];

  /** `earlier`: what an earlier execution of this run left; its chunks and what it awaits stand in the run input. */
  constructor(runInput: RunInput, status: JobStatusPublisher, control: Control, earlier: Progress | null) {
    this.#chunks = runInput.chunks;
    this.#awaiting = runInput.awaiting;
    this.#open = runInput.awaiting !== null;
    this.#given = earlier?.given ?? 0;
    this.#lastAt = earlier?.lastAt ?? Date.now();
    this.#calls = earlier?.calls ?? [];
    this.#rebatch();
    setHandler(messages.addAssets, (more) => this.#add(more, status), {
      validator: (more) => this.#check(more, control),
    });
    this.#closeIfFull();
  }

  /** More may come. */
  get open(): boolean {
    return this.#open;
  }

  get chunks(): readonly AssetChunk[] {
    return this.#chunks;
  }

  get batches(): readonly Batch[] {
    return this.#batches;
  }

  get progress(): Progress {
    return { given: this.#given, lastAt: this.#lastAt, calls: this.#calls };
  }

  /** Assets so far. */
  get total(): number {
    return this.#batches.at(-1)?.to ?? 0;
  }

  /** What is to be expected of a job that waits; null once its input is complete. */
  get awaiting(): Awaiting | null {
    return this.#open ? this.#awaiting : null;
  }

  /** The same, and also of a job whose input ended with less than its operation needs. */
  get lacking(): Awaiting | null {
    return this.#open || this.#isShort ? this.#awaiting : null;
  }

  /** Whether all that has come was handed out. */
  get exhausted(): boolean {
    return this.#given === this.#batches.length;
  }

  ready(): boolean {
    return !this.exhausted || !this.#open;
  }

  take(): Batch | undefined {
    const batch = this.#batches[this.#given];
    if (batch) this.#given += 1;
    return batch;
  }

  /** Ends the input after a quiet period, if the job has one. */
  async closeWhenQuiet(): Promise<void> {
    const quietMs = this.#awaiting?.quietMs ?? null;
    if (quietMs === null) return;
    while (this.#open) {
      await condition(() => !this.#open || this.total > 0);
      const seen = this.#chunks;
      const left = Math.max(1, quietMs - (Date.now() - this.#lastAt));
      await condition(() => !this.#open || this.#chunks !== seen, left);
      if (this.#chunks === seen) this.#open = false;
    }
  }

  /** Throws when the input is complete and less than the operation needs. */
  checkEnough(): void {
    if (!this.#isShort) return;
    const message = `The operation needs at least ${this.#awaiting?.min} assets, and the job was given ${this.total}`;
    throw refusal('too_few_assets', message);
  }

  /** The job comes to its end, whether its input is complete or not: nothing more is taken. */
  end(): void {
    this.#ended = true;
  }

  get #isShort(): boolean {
    return this.total < (this.#awaiting?.min ?? 0);
  }

  #check({ chunks }: MoreAssets, control: Control): void {
    const awaiting = this.awaiting;
    if (this.#earlier()) return;
    if (this.#hasKey())
      throw refusal('idempotency_key_reused', 'This Idempotency-Key came before, with other assets');
    if (awaiting === null)
      throw refusal('input_closed', 'The input of this job is complete; it takes no more assets');
    if (this.#ended || control.cancelled())
      throw refusal('input_closed', 'This job is at its end; it takes no more assets');
    const total = this.total + sum(chunks);
    const limit = Math.min(awaiting.total ?? awaiting.max, awaiting.max);
    if (total > limit) {
      const message = `With these the job would have ${total} assets; it takes ${limit}`;
      throw refusal('too_many_assets', message);
    }
  }

  #add({ chunks, final }: MoreAssets, status: JobStatusPublisher): AssetsTaken {
    const earlier = this.#earlier();
    if (earlier) return this.#answer(earlier);
    const call = {
      id: currentUpdateInfo()?.id ?? '',
      from: this.#chunks.length,
      to: this.#chunks.length + chunks.length,
    };
    this.#calls = [...this.#calls, call].slice(-KEPT_CALLS);
    this.#chunks = [...this.#chunks, ...chunks];
    this.#lastAt = Date.now();
    this.#rebatch();
    if (final) this.#open = false;
    this.#closeIfFull();
    status.expect(this.total);
    return this.#answer(call);
  }

  /** The same call, if it was made before. */
  #earlier(): Call | undefined {
    const id = currentUpdateInfo()?.id;
    // Before 0.2 a call was known by its key alone.
    const [key] = id?.split('.') ?? [];
    return this.#calls.findLast((call) => call.id === id || call.id === key);
  }

  /** Whether the key of this call, which stands before a dot, belongs to another. */
  #hasKey(): boolean {
    const [key, content] = (currentUpdateInfo()?.id ?? '').split('.');
    return content !== undefined && this.#calls.some(({ id }) => id.startsWith(`${key}.`));
  }

  #answer({ from, to }: Call): AssetsTaken {
    const chunks = this.#chunks.slice(0, to);
    return {
      total: sum(chunks),
      sealed: chunks.slice(from).flatMap((chunk) => ('sealed' in chunk ? [chunk.sealed] : [])),
    };
  }

  #closeIfFull(): void {
    if (this.#awaiting?.total === this.total) this.#open = false;
  }

  #rebatch(): void {
    this.#batches = batchesOf(chunkEnds(this.#chunks));
  }
}

/** The assets of a batch, or the object that holds them, and from what position there. */
export function inputsOf(chunks: readonly AssetChunk[], { from, to }: Batch): DownloadInput['inputs'] {
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
