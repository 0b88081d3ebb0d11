/** Withdraws the blame for missing heartbeats from steps that turn out not to have killed their worker. */
import { ActivityFailure } from '@temporalio/workflow';
import * as messages from './messages.ts';

/** What a step is blamed for. */
export interface Blame {
  /** Deaths of its worker. */
  losses: number;
}

export class LossReports {
  readonly #blamed = new Map<string | undefined, Blame>();

  /** Registers the handler of `outlived`. */
  constructor() {
    messages.onSignal(messages.outlived, (activityId) => {
      const blame = this.#blamed.get(activityId);
      if (!blame) return;
      blame.losses -= 1;
      this.#blamed.delete(activityId);
    });
  }

  /** Blames a step for the loss of one of its activities, until `outlived` withdraws the blame. */
  blame(step: Blame, error: unknown): void {
    step.losses += 1;
    if (error instanceof ActivityFailure) this.#blamed.set(error.activityId, step);
  }
}
