/** Cancellation, pause and resume of a job. */
import { CancellationScope, condition } from '@temporalio/workflow';
import type { JobStatusPublisher } from './job-status.ts';
import * as messages from './messages.ts';

export class JobControl {
  readonly #scope = new CancellationScope();
  readonly #status: JobStatusPublisher;
  #paused: boolean;
  #ended = false;
  #cancelReason: string | null = null;

  constructor(status: JobStatusPublisher) {
    this.#status = status;
    this.#paused = status.current.paused;
    messages.onSignal(messages.cancel, (reason) => {
      this.#cancelReason ??= reason ?? null;
      this.#scope.cancel();
    });
    messages.onSignal(messages.pause, () => this.#setPaused(true));
    messages.onSignal(messages.resume, () => this.#setPaused(false));
  }

  /** Runs the part of a job that may be cancelled, by the signal or by Temporal's own cancellation. Pausing has no effect later. */
  async runCancellable<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#scope.run(work);
    } finally {
      this.#ended = true;
    }
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Resolves once the job is not paused. */
  async untilResumed(): Promise<void> {
    if (this.#paused) await condition(() => !this.#paused);
  }

  get isCancelled(): boolean {
    return this.#scope.consideredCancelled;
  }

  /** The reason that came with the first `cancel` signal. */
  get cancelReason(): string | null {
    return this.#cancelReason;
  }

  #setPaused(paused: boolean): void {
    if (this.#ended) return;
    this.#paused = paused;
    this.#status.setPaused(paused);
  }
}
