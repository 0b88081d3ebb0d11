/** The picture processes of a worker: one for each slot, and a spare that is ready. */
import { join } from 'node:path';
import { Semaphore } from '../../../src/lib/semaphore.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { PictureFailure } from './failure.ts';
import type { TaskLimits } from './limits.ts';
import { PictureProcess } from './picture-process.ts';
import type { Pictures, TaskOptions } from './pictures.ts';
import type { PictureTask } from './task.ts';

/** Tasks after which a process is replaced: memory that libraries lose must not add up. */
const MAX_USES = 500;

export interface PoolOptions {
  readonly sandbox: Sandbox;
  /** Directory for the files of its processes. */
  readonly directory: string;
  /** Tasks that run at once. */
  readonly size: number;
  readonly limits: TaskLimits;
  readonly maxUses?: number;
  readonly startMs?: number;
}

export class PicturePool {
  readonly #options: PoolOptions;
  readonly #slots: Semaphore;
  /** Oldest first. */
  #idle: PictureProcess[] = [];
  readonly #busy = new Set<PictureProcess>();
  /** Has seen no picture. */
  #spare: PictureProcess | null = null;
  #started = 0;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#slots = new Semaphore(options.size);
  }

  /** Processes are never shared by tenants. */
  forTenant(tenant: string): Pictures {
    return {
      run: (task, request, options, keep) =>
        this.#slots.run(options.signal, () => this.#run(tenant, task, request, options, keep)),
    };
  }

  /** Starts the spare process, unless there is one. */
  warmUp(): void {
    if (this.#isClosed || this.#spare?.isAlive) return;
    this.#spare = this.#start();
  }

  /** Kills all processes. Tasks that run end with an error. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const all = [...this.#idle, ...this.#busy, ...(this.#spare ? [this.#spare] : [])];
    await Promise.all(all.map((process) => process.kill()));
  }

  async #run<Request, Facts, Kept>(
    tenant: string,
    task: PictureTask<Request, Facts>,
    request: Request,
    options: TaskOptions,
    keep: (facts: Facts, folder: string) => Promise<Kept>,
  ): Promise<Kept> {
    for (let attempt = 1; ; attempt++) {
      options.signal.throwIfAborted();
      const process = this.#take(tenant);
      try {
        options.onProcess?.(process.pid);
        const facts = await process.run(task, request, options);
        return await keep(facts, process.folder);
      } catch (error) {
        // Once more in a new process: something else may have killed this one.
        const hasCrashed = error instanceof PictureFailure && error.code === 'asset_crashes_decoder';
        if (!hasCrashed || attempt > 1) throw error;
      } finally {
        await this.#giveBack(process);
      }
    }
  }

  #take(tenant: string): PictureProcess {
    this.#idle = this.#idle.filter(({ isAlive }) => isAlive);
    const known = this.#idle.find((idle) => idle.tenant === tenant);
    const chosen = known ?? (this.#spare?.isAlive ? this.#spare : this.#start());
    if (known) this.#idle.splice(this.#idle.indexOf(known), 1);
    else this.#spare = null;
    chosen.tenant = tenant;
    this.#busy.add(chosen);
    while (this.#idle.length > 0 && this.#busy.size + this.#idle.length > this.#options.size)
      void this.#idle.shift()?.kill();
    this.warmUp();
    return chosen;
  }

  async #giveBack(process: PictureProcess): Promise<void> {
    this.#busy.delete(process);
    const { maxUses = MAX_USES } = this.#options;
    if (process.isAlive && !this.#isClosed && process.uses < maxUses && process.isLight) {
      await process.clean();
      this.#idle.push(process);
    } else {
      await process.kill();
    }
  }

  #start(): PictureProcess {
    const directory = join(this.#options.directory, String(this.#started++));
    return new PictureProcess({ ...this.#options, directory });
  }
}
