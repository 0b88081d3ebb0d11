/** The log of one attempt at an activity. An attempt that says nothing writes nothing. */
import type { LogLine, LogMessage, LogSegment, LogSegmentName } from '../src/jobs/model/job-log.ts';
import type { RunRef } from '../src/jobs/model/run-input.ts';
import type { JobLogWriter } from '../src/jobs/ports/job-logs.ts';
import { withTimeout } from '../src/lib/with-timeout.ts';

/** Characters of a message. A longer one is cut. */
const MAX_MESSAGE = 1000;

/** Lines of an attempt: at the work of a batch, of which a job has hundreds, and at all else. Those in the middle are left out. */
const MAX_LINES = { batch: 100, all: 1000 };

/** Milliseconds from a message to the write that shows it, which grows with each write: a store has no `append`. */
const FLUSH_MS = { first: 1000, longest: 10_000 };

/** Milliseconds that the last write may take. The log never fails an activity. */
const LAST_WRITE_MS = 5000;

/** Attempts that keep a segment each. Outages are retried without limit. */
const MAX_SEGMENTS = 10;

export interface LoggedAttempt extends Omit<LogSegment, 'fingerprint' | 'lines'> {
  readonly job: RunRef;
  /** Unique among the activities of the run. */
  readonly activityId: string;
}

export class AttemptLog {
  readonly #logs: JobLogWriter;
  readonly #attempt: LoggedAttempt;
  readonly #maxLines: number;
  readonly #first: LogLine[] = [];
  readonly #last: LogLine[] = [];
  #count = 0;
  #written = 0;
  #delay = FLUSH_MS.first;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(logs: JobLogWriter, attempt: LoggedAttempt) {
    this.#logs = logs;
    this.#attempt = attempt;
    this.#maxLines = attempt.batch === null ? MAX_LINES.all : MAX_LINES.batch;
  }

  /** Adds a line. It is written within seconds, or when the attempt ends. */
  add(message: LogMessage): void {
    const text = message.message;
    const cut = text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE - 1)}…` : text;
    const line = { ...message, message: cut, n: this.#count++, at: new Date().toISOString() };
    const half = this.#maxLines / 2;
    if (this.#first.length < half) this.#first.push(line);
    else {
      this.#last.push(line);
      if (this.#last.length > half) this.#last.shift();
    }
    this.#timer ??= setTimeout(() => {
      this.#delay = Math.min(this.#delay * 1.5, FLUSH_MS.longest);
      this.#timer = undefined;
      void this.#write(this.#delay);
    }, this.#delay).unref();
  }

  /** Writes what is not written. Never rejects. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#count > 0) await this.#write(LAST_WRITE_MS);
  }

  /** One write after the other: an older one must not replace a newer one. */
  #write(timeoutMs: number): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const count = this.#count;
      if (count === this.#written) return;
      const { job, activityId, ...part } = this.#attempt;
      const name = [part.activity, part.step, part.stage, part.batch, activityId, this.#segment]
        .filter((word) => word !== null)
        .join('-');
      const lines = [...this.#first, ...this.#last];
      const segment = { ...part, fingerprint: job.fingerprint, lines };
      await withTimeout(timeoutMs, undefined, (signal) =>
        this.#logs.writeSegment(job, toName(job, name), segment, signal),
      ).then(
        () => (this.#written = count),
        () => undefined,
      );
    });
    return this.#writing;
  }

  get #segment(): number {
    return Math.min(this.#attempt.attempt, MAX_SEGMENTS);
  }
}

const toName = ({ run }: RunRef, name: string): LogSegmentName => ({ run, name });
