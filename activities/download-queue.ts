/** Gives the downloads of one activity slots of the worker, which all activities share. */
import { DarkroomError } from '../src/errors.ts';
import type { AssetInput } from '../src/jobs/model/run-input.ts';
import type { SharedSlots } from '../src/lib/shared-slots.ts';
import { buildShares } from './outbound-shares.ts';

interface DownloadQueueOptions {
  readonly slots: SharedSlots;
  readonly tenant: string;
  /** Milliseconds that the activity may wait for slots without a running download. */
  readonly maxWaitMs: number;
}

/**
 * Downloads wait while their tenant or host has its share of the slots. An activity of which all downloads wait for too long ends, to
 * leave its place on the worker to jobs that may download.
 */
export class DownloadQueue {
  readonly #options: DownloadQueueOptions;
  readonly #tooLong = new AbortController();
  #running = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DownloadQueueOptions) {
    this.#options = options;
    this.#startTimer();
  }

  /**
   * Runs `work` once the tenant and the host of the asset have a slot.
   *
   * @throws downloads_busy when the activity has waited too long
   */
  run<T>({ source }: AssetInput, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const { slots, tenant } = this.#options;
    const shares = buildShares(tenant, 'url' in source ? source.url : null);
    return slots.run(AbortSignal.any([signal, this.#tooLong.signal]), shares, async () => {
      this.#running++;
      clearTimeout(this.#timer);
      try {
        return await work();
      } finally {
        this.#running--;
        if (this.#running === 0) this.#startTimer();
      }
    });
  }

  /** To be called when the activity ends. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #startTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const message =
        'The tenant, or the host of the assets, has its share of the downloads that this worker runs at once; this one is tried again';
      this.#tooLong.abort(new DarkroomError('downloads_busy', message));
    }, this.#options.maxWaitMs);
  }
}
