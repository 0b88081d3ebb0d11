/**
 * Collects audit events and writes them in batches, so that requests do not wait. While they cannot be written, requests go on
 * and the events wait in memory. Those that find no space there go to the process log instead.
 */
import type { AuditEvent } from './audit-event.ts';

interface AuditLogOptions {
  readonly write: (events: readonly AuditEvent[]) => Promise<void>;
  /** Called for each failed attempt to write. The events are written later. */
  readonly onFailure: (error: unknown, waiting: number) => void;
  /** Called with events that will not be written. */
  readonly onLost: (events: readonly AuditEvent[]) => void;
  /** Milliseconds for which events are collected, and between attempts after a failure. */
  readonly delayMs?: number;
  /** Events that wait at most. */
  readonly capacity?: number;
}

const DELAY_MS = 1000;
const CAPACITY = 10_000;
const BATCH = 1000;

export class AuditLog {
  readonly #options: AuditLogOptions;
  #waiting: AuditEvent[] = [];
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;

  constructor(options: AuditLogOptions) {
    this.#options = options;
  }

  /** Number of events that are not written yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Adds an event. Never throws. */
  record(event: AuditEvent): void {
    const { onLost, capacity = CAPACITY } = this.#options;
    if (this.#waiting.length >= capacity) onLost([event]);
    else this.#waiting.push(event);
    this.#schedule();
  }

  /** Writes what is waiting, once. Events that cannot be written are lost. */
  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    await this.#write();
    if (this.#timer) clearTimeout(this.#timer);
    const lost = this.#waiting.splice(0);
    if (lost.length > 0) this.#options.onLost(lost);
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#write();
    }, this.#options.delayMs ?? DELAY_MS).unref();
  }

  /** Concurrent callers share one write. */
  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
      if (this.#waiting.length > 0) this.#schedule();
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.slice(0, BATCH);
        await this.#options.write(batch);
        this.#waiting.splice(0, batch.length);
      }
    } catch (error) {
      this.#options.onFailure(error, this.#waiting.length);
    }
  }
}
