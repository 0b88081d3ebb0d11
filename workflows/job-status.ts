/** The status of a job, and its publication in the memo and the search attributes of the workflow. */
import { setCurrentDetails, setHandler, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import type { AssetCounts, JobStep } from '../src/jobs/model/job.ts';
import { initialStatus, type JobStatus, type RunInput } from '../src/jobs/model/run-input.ts';
import { isLegal, type JobState } from '../src/jobs/model/states.ts';
import { appendMoment, type Moment } from '../src/jobs/model/timeline.ts';
import { darkroomState } from '../src/temporal/names.ts';
import * as messages from './messages.ts';
import { describeStatus } from './summaries.ts';

export interface PublishedStatus {
  readonly status: JobStatus;
  readonly timeline: readonly Moment[];
}

/** What a finished activity adds to the status. */
export type ActivityProgress = Partial<AssetCounts> & {
  /** When a worker took up the activity (epoch, ms), by the clock of that worker. */
  readonly startedAt: number;
  readonly bytes?: number;
  readonly computeMs?: number;
  readonly reusedMs?: number;
};

type TransitionListener = (now: Moment, before: Moment | undefined) => void;

export class JobStatusPublisher {
  #status: JobStatus;
  #timeline: readonly Moment[];
  #publishedTimeline: readonly Moment[] | undefined;
  /** The value of the search attribute; null: it has none. */
  #publishedState: JobState | null = null;
  #publishedStatus: JobStatus | undefined;
  #listener: TransitionListener = () => undefined;
  // In a workflow this is the time of the server, the same on all workers.
  readonly #queuedAt = Date.now();

  /** `resumeFrom`: what the execution before this one, of the same run, published last. */
  constructor(runInput: RunInput, resumeFrom: PublishedStatus | null) {
    this.#status = resumeFrom?.status ?? initialStatus(runInput);
    this.#timeline = resumeFrom?.timeline ?? appendMoment([], this.#status, runInput.requestedAt);
    if (resumeFrom) this.#publishedState = this.#status.state;
    this.#publishedStatus = this.#status;
    setHandler(messages.status, () => this.#status, { description: 'Returns the status of the job.' });
    setCurrentDetails(describeStatus(this.#status));
  }

  get current(): JobStatus {
    return this.#status;
  }

  get published(): PublishedStatus {
    return { status: this.#status, timeline: this.#timeline };
  }

  /** Sets the function that is called at each transition from now on. */
  onTransition(listener: TransitionListener): void {
    this.#listener = listener;
  }

  /**
   * Changes the state, and other fields with it, and publishes the status.
   *
   * @throws Error when a job cannot change from its state to this one.
   */
  transitionTo(state: JobState, changes: Partial<JobStatus> = {}): void {
    this.recordTransition(state, changes);
    this.#publish();
  }

  /**
   * Like `transitionTo`, without publishing: for a transition that another one follows at once, unless an activity begins first. No
   * effect in the same state.
   */
  recordTransition(state: JobState, changes: Partial<JobStatus> = {}): void {
    const from = this.#status.state;
    if (state !== from && !isLegal(from, state)) throw new Error(`A job cannot go from ${from} to ${state}`);
    this.#change({ state, ...changes });
  }

  /** Publishes what was recorded since the last publication. To be called before the workflow waits for something. */
  publishChanges(): void {
    if (this.#publishedStatus !== this.#status) this.#publish();
  }

  /** Records when the first activity started (epoch, ms), by the clock of its worker, which may be wrong. */
  recordStart(startedAt: number): void {
    if (this.#status.started_at !== null) return;
    const started = Math.min(Math.max(startedAt, this.#queuedAt), Date.now());
    this.#change({ started_at: new Date(started).toISOString() });
  }

  setPaused(paused: boolean): void {
    if (paused === this.#status.paused) return;
    this.#change({ paused });
    this.#publish();
  }

  /** Raises the number of assets to those that have arrived, and publishes it. */
  raiseAssetTotal(total: number): void {
    const { assets } = this.#status;
    this.#change({ assets: { ...assets, total: Math.max(total, assets.total) } });
    this.#publish();
  }

  /** Sets the number of assets once the input is complete, whatever was expected before. */
  setAssetTotal(total: number): void {
    this.#change({ assets: { ...this.#status.assets, total } });
  }

  /**
   * Adds what a finished activity did.
   *
   * @param points Points of progress, of 100.
   * @param more Whether other activities of its kind follow. If not, a transition follows at once, and publishes the change.
   */
  addProgress(points: number, activity: ActivityProgress, more: boolean): void {
    const { startedAt, bytes = 0, computeMs = 0, reusedMs = 0, downloaded = 0, failed = 0 } = activity;
    this.recordStart(startedAt);
    const { progress, assets, usage } = this.#status;
    this.#change({
      progress: Math.min(99, progress + points),
      assets: {
        total: assets.total,
        downloaded: assets.downloaded + downloaded,
        failed: assets.failed + failed,
      },
      usage: {
        ...usage,
        bytes_in: usage.bytes_in + bytes,
        compute_seconds: addMs(usage.compute_seconds, computeMs),
        reused_seconds: addMs(usage.reused_seconds, reusedMs),
      },
    });
    // The heartbeats of the activity, which showed its progress, ended with it.
    if (more || this.#status.paused) this.#publish();
  }

  /** Returns the status of a step. */
  stepOf(name: string): JobStep {
    const step = this.#status.steps.find((one) => one.name === name);
    if (!step) throw new Error(`The job has no step ${name}`);
    return step;
  }

  /** Changes the status of a step, with other fields, without publishing it. */
  updateStep(name: string, step: Partial<JobStep>, changes: Partial<JobStatus> = {}): void {
    const steps = this.#status.steps.map((one) => (one.name === name ? { ...one, ...step } : one));
    this.#change({ ...changes, steps });
  }

  /** Raises the progress to what a finished phase is worth. */
  raiseProgress(progress: number): void {
    this.#change({ progress: Math.max(progress, this.#status.progress) });
  }

  #change(changes: Partial<JobStatus>): void {
    this.#status = { ...this.#status, ...changes };
    const before = this.#timeline.at(-1);
    const at = this.#status.completed_at ?? new Date().toISOString();
    this.#timeline = appendMoment(this.#timeline, this.#status, at);
    const now = this.#timeline.at(-1);
    setCurrentDetails(describeStatus(this.#status));
    if (now && now !== before) this.#listener(now, before);
  }

  #publish(): void {
    // Each upsert stays in the history, and the timeline is most of it.
    upsertMemo(this.#timeline === this.#publishedTimeline ? { status: this.#status } : { ...this.published });
    this.#publishedTimeline = this.#timeline;
    this.#publishedStatus = this.#status;
    const { state } = this.#status;
    // An upsert of search attributes costs the server several times what a memo does, so short states are left out, and what the status
    // of the execution says, too.
    if (state === this.#publishedState || state === 'queued' || state === 'packaging') return;
    if (state === 'completed' && this.#publishedState === null) return;
    this.#publishedState = state;
    upsertSearchAttributes([{ key: darkroomState, value: state }]);
  }
}

/** Adds milliseconds to seconds. */
export const addMs = (seconds: number, ms: number): number => Math.round(seconds * 1000 + ms) / 1000;
