/** The status of a job, and its publication: memo on each transition, search attributes on the coarse ones. */
import { setHandler, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import type { AssetCounts } from '../src/jobs/job.ts';
import { initialStatus, type JobOrder, type JobStatus } from '../src/jobs/order.ts';
import { isLegal, type JobState } from '../src/jobs/states.ts';
import { darkroomState } from '../src/temporal/attributes.ts';
import * as messages from './messages.ts';

export class StatusBoard {
  #status: JobStatus;
  #attribute: JobState = 'created';
  // Time in a workflow is the server's, the same for all workers.
  readonly #queuedAt = Date.now();

  constructor(order: JobOrder) {
    this.#status = initialStatus(order);
    setHandler(messages.status, () => this.#status);
  }

  get current(): JobStatus {
    return this.#status;
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
    this.#status = { ...this.#status, state, ...changes };
  }

  /** Work began at this time (epoch, ms), by the clock of a worker, which may be off. */
  began(at: number): void {
    if (this.#status.started_at !== null) return;
    const started = Math.min(Math.max(at, this.#queuedAt), Date.now());
    this.#status = { ...this.#status, started_at: new Date(started).toISOString() };
  }

  setPaused(paused: boolean): void {
    if (paused === this.#status.paused) return;
    this.#status = { ...this.#status, paused };
    this.#publish();
  }

  /** Adds finished work. `more`: other steps of its kind are still to come. */
  advance(
    points: number,
    { startedAt, ...assets }: Partial<AssetCounts> & { startedAt: number },
    more: boolean,
  ): void {
    this.began(startedAt);
    const { progress, assets: counts } = this.#status;
    this.#status = {
      ...this.#status,
      progress: Math.min(99, progress + points),
      assets: {
        total: counts.total,
        downloaded: counts.downloaded + (assets.downloaded ?? 0),
        failed: counts.failed + (assets.failed ?? 0),
      },
    };
    // The heartbeats of the step are gone with it, so its share is told here, unless a transition follows at once.
    if (more) this.#publish();
  }

  #publish(): void {
    upsertMemo({ status: this.#status });
    const { state } = this.#status;
    // An upsert of search attributes costs the server several times what a memo does, so passing states are left out.
    if (state === this.#attribute || state === 'queued' || state === 'packaging') return;
    this.#attribute = state;
    upsertSearchAttributes([{ key: darkroomState, value: state }]);
  }
}
