/** A list of jobs, the latest submission first, read no further than is asked for. */
import type { Jobs } from '../../jobs/jobs.ts';
import type { Job } from '../../jobs/model/job.ts';
import { isTerminal, type JobState } from '../../jobs/model/states.ts';

/** Jobs that one question to Temporal brings, and jobs in all; older ones are in the native list. */
const PAGE = 200;
export const MAX_JOBS = 10_000;

/** A workflow ends after its job, by the time that the receiver of its callback takes; and clocks differ. */
const CLOSING_MS = 2 * 60_000;

/** Which jobs a list has. */
export interface ListedJobs {
  readonly tenant: string;
  readonly dialect: string;
  /** Only jobs in one of these states, in the order in which a job goes through them; null: in all. */
  readonly states: readonly JobState[] | null;
}

/**
 * The source has first the jobs that run, and then the others by their end, the latest first. No job was submitted after its end:
 * those that were submitted after the end that the source has come to are all that there are, and their order stays.
 */
export class JobReading {
  readonly #jobs: Jobs;
  readonly #tenant: string;
  readonly #dialect: string;
  /** Those that are yet to be read; undefined: all in one. */
  readonly #states: (JobState | undefined)[];
  /** A job that goes on while its list is read comes twice, the later look second. */
  readonly #found = new Map<string, Job>();
  #cursor: string | undefined;
  /** Nothing that is yet to be read was submitted after this (epoch, ms). */
  #bound = Number.POSITIVE_INFINITY;
  #reading: Promise<void> | null = null;

  constructor(jobs: Jobs, { tenant, dialect, states }: ListedJobs) {
    this.#jobs = jobs;
    this.#tenant = tenant;
    this.#dialect = dialect;
    this.#states = [...(states ?? [undefined])];
  }

  /** Nothing is left to be read. */
  get complete(): boolean {
    return this.#states.length === 0 || this.#found.size >= MAX_JOBS;
  }

  /** Jobs that have been read. */
  get size(): number {
    return this.#found.size;
  }

  /** Those before which no other can come any more, in order; after a place, unless that is null. */
  settled(after: string | null): Job[] {
    return this.#settled(after).sort((a, b) => comparePlaces(placeOf(b), placeOf(a)));
  }

  /** Goes on until so many are settled after this place, or there are no more. When the client has left it stops. */
  async read(count: number, after: string | null, client?: AbortSignal): Promise<void> {
    while (!this.complete && !client?.aborted && this.#settled(after).length < count) {
      this.#reading ??= this.#readPage().finally(() => {
        this.#reading = null;
      });
      await this.#reading;
    }
  }

  #settled(after: string | null): Job[] {
    return [...this.#found.values()].filter(
      (job) =>
        (this.complete || Date.parse(job.created_at) > this.#bound) &&
        (after === null || comparePlaces(placeOf(job), after) < 0),
    );
  }

  async #readPage(): Promise<void> {
    const [state, ...others] = this.#states;
    const filter = { state, dialect: this.#dialect };
    const page = await this.#jobs.list(this.#tenant, filter, { limit: PAGE, cursor: this.#cursor });
    for (const job of page.jobs) this.#found.set(job.id, job);
    this.#cursor = page.cursor ?? undefined;
    const last = page.jobs.at(-1);
    if (page.cursor === null) this.#states.shift();
    else if (others.length === 0 && last?.completed_at && isTerminal(last.state))
      this.#bound = Date.parse(last.completed_at) + CLOSING_MS;
  }
}

/** All of them. */
export async function allJobs(jobs: Jobs, tenant: string, dialect: string): Promise<Job[]> {
  const reading = new JobReading(jobs, { tenant, dialect, states: null });
  await reading.read(Number.POSITIVE_INFINITY, null);
  return reading.settled(null);
}

/** Timestamps of one form sort as text, and an id has no space. */
export const placeOf = ({ created_at, id }: Job): string => `${created_at} ${id}`;

const comparePlaces = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
