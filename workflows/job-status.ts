/** The status of a job, and its publication: memo on each transition, search attributes on the coarse ones. */
import { setHandler, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import type { AssetCounts } from '../src/jobs/model/job.ts';
import { initialStatus, type JobStatus, type RunInput } from '../src/jobs/model/run-input.ts';
import { isLegal, type JobState } from '../src/jobs/model/states.ts';
import { extended, type Moment } from '../src/jobs/model/timeline.ts';
import { darkroomState } from '../src/temporal/names.ts';
import * as messages from './messages.ts';

/** What is published. */
export interface Published {
  readonly status: JobStatus;
  readonly timeline: readonly Moment[];
}

/** What a finished step adds. */
export type Advance = Partial<AssetCounts> & {
  readonly startedAt: number;
  readonly bytes?: number;
  readonly computeMs?: number;
};

export class JobStatusPublisher {
  #status: JobStatus;
  #timeline: readonly Moment[];
  #attribute: JobState;
  /** As it was published last. */
  #told: readonly Moment[] | undefined;
  #listener: (now: Moment, before: Moment | undefined) => void = () => undefined;
  // Time in a workflow is the server's, the same for all workers.
  readonly #queuedAt = Date.now();

  /** `earlier`: where the execution before this one, of the same run, left off. */
  constructor(runInput: RunInput, earlier?: Published) {
    // A version before this one may have published less.
    this.#status = { ...initialStatus(runInput), ...earlier?.status };
    this.#timeline = earlier?.timeline ?? extended([], this.#status, runInput.requestedAt);
    this.#attribute = this.#status.state;
    setHandler(messages.status, () => this.#status);
  }

  get current(): JobStatus {
    return this.#status;
  }

  get published(): Published {
    return { status: this.#status, timeline: this.#timeline };
  }

  /** Calls back at each transition from now on. */
  onMoment(listener: (now: Moment, before: Moment | undefined) => void): void {
    this.#listener = listener;
  }

  /** Makes a transition, with whatever changes along with it, and publishes it. */
  enter(state: JobState, changes: Partial<JobStatus> = {}): void {
    this.pass(state, changes);
    this.#publish();
  }

  /** Makes a transition that another follows at once. To stay in a state is no transition. */
  pass(state: JobState, changes: Partial<JobStatus> = {}): void {
    const from = this.#status.state;
    if (state !== from && !isLegal(from, state)) throw new Error(`A job cannot go from ${from} to ${state}`);
    this.#change({ state, ...changes });
  }

  /** Work began at this time (epoch, ms), by the clock of a worker, which may be off. */
  began(at: number): void {
    if (this.#status.started_at !== null) return;
    const started = Math.min(Math.max(at, this.#queuedAt), Date.now());
    this.#change({ started_at: new Date(started).toISOString() });
  }

  setPaused(paused: boolean): void {
    if (paused === this.#status.paused) return;
    this.#change({ paused });
    this.#publish();
  }

  /** More assets are known of. */
  expect(total: number): void {
    const { assets } = this.#status;
    this.#change({ assets: { ...assets, total: Math.max(total, assets.total) } });
    this.#publish();
  }

  /** The input is complete: these are all, whatever was expected. */
  settle(total: number): void {
    this.#change({ assets: { ...this.#status.assets, total } });
  }

  /** Adds finished work. `more`: other steps of its kind are still to come. */
  advance(points: number, { startedAt, bytes = 0, computeMs = 0, ...assets }: Advance, more: boolean): void {
    this.began(startedAt);
    const { progress, assets: counts, usage } = this.#status;
    this.#change({
      progress: Math.min(99, progress + points),
      assets: {
        total: counts.total,
        downloaded: counts.downloaded + (assets.downloaded ?? 0),
        failed: counts.failed + (assets.failed ?? 0),
      },
      usage: {
        ...usage,
        bytes_in: usage.bytes_in + bytes,
        compute_seconds: Math.round(usage.compute_seconds * 1000 + computeMs) / 1000,
      },
    });
    // The heartbeats of the step are gone with it, so its share is told here, unless a transition follows at once.
    if (more || this.#status.paused) this.#publish();
  }

  /** A phase is over, and with it all that it was worth. */
  reach(progress: number): void {
    this.#change({ progress: Math.max(progress, this.#status.progress) });
  }

  #change(changes: Partial<JobStatus>): void {
    this.#status = { ...this.#status, ...changes };
    const before = this.#timeline.at(-1);
    const at = this.#status.completed_at ?? new Date().toISOString();
    this.#timeline = extended(this.#timeline, this.#status, at);
    const now = this.#timeline.at(-1);
    if (now && now !== before) this.#listener(now, before);
  }

  #publish(): void {
    // The timeline is most of it, and each copy stays in the history.
    upsertMemo(this.#timeline === this.#told ? { status: this.#status } : { ...this.published });
    this.#told = this.#timeline;
    const { state } = this.#status;
    // An upsert of search attributes costs the server several times what a memo does, so passing states are left out.
    if (state === this.#attribute || state === 'queued' || state === 'packaging') return;
    this.#attribute = state;
    upsertSearchAttributes([{ key: darkroomState, value: state }]);
  }
}
