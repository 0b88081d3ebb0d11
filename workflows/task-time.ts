/** How long the current workflow task has taken. */
import { workflowInfo } from '@temporalio/workflow';

/** Readers of a job see nothing of what local attempts do until their workflow task has ended. */
export class TaskTime {
  #historyLength = workflowInfo().historyLength;
  #startedAt = Date.now();

  /** Milliseconds since the first call in this workflow task, in which only local attempts take time. The same in a replay. */
  get elapsedMs(): number {
    const { historyLength } = workflowInfo();
    if (historyLength !== this.#historyLength) {
      this.#historyLength = historyLength;
      this.#startedAt = Date.now();
    }
    return Date.now() - this.#startedAt;
  }
}
