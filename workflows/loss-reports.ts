/** Withdraws the blame for missing heartbeats from activities that turn out not to have killed their worker. */
import { ActivityFailure } from '@temporalio/workflow';
import * as messages from './messages.ts';

/** What an activity is blamed for. */
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

  /** Blames an activity for the loss of one of its attempts, until `outlived` withdraws the blame. */
  blame(blamed: Blame, error: unknown): void {
    blamed.losses += 1;
    if (error instanceof ActivityFailure) this.#blamed.set(error.activityId, blamed);
  }
}
