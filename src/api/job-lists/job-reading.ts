import type { Jobs } from '../../jobs/jobs.ts';
import type { Job } from '../../jobs/model/job.ts';
import { isTerminal, type JobState } from '../../jobs/model/states.ts';

/** Jobs per request to Temporal. */
const PAGE = 200;
/** Maximum number of jobs in a list. The native list has older ones. */
export const MAX_JOBS = 10_000;

/** A workflow ends up to this much after its job: its first callback takes time, and clocks differ. */
const CLOSING_MS = 2 * 60_000;

interface JobSelection {
  readonly tenant: string;
  readonly dialect: string;
  /** Only jobs in one of these states, in the order of the life cycle; null: all. */
  readonly states: readonly JobState[] | null;
}

/**
 * Reads jobs, latest submission first, only as far as needed. `Jobs.list` returns running jobs first, then ended ones, latest
 * end first. A job is submitted before it ends. So once the list has reached an end, all jobs submitted after that end have
 * been read, and their order is final ("settled").
 */
export class JobReading {
  readonly #jobs: Jobs;
  readonly #tenant: string;
  readonly #dialect: string;
  /** States that remain to be read; undefined: all states. */
  readonly #states: (JobState | undefined)[];
  /** A job that changes state meanwhile may be read twice. The later result replaces the earlier one. */
  readonly #found = new Map<string, Job>();
  #cursor: string | undefined;
  /** All unread jobs were submitted before this time (epoch, ms). */
  #bound = Number.POSITIVE_INFINITY;
  #reading: Promise<void> | null = null;

  constructor(jobs: Jobs, { tenant, dialect, states }: JobSelection) {
    this.#jobs = jobs;
    this.#tenant = tenant;
    this.#dialect = dialect;
    this.#states = [...(states ?? [undefined])];
  }

  /** True once all jobs have been read. */
  get complete(): boolean {
    return this.#states.length === 0 || this.#found.size >= MAX_JOBS;
  }

  /** Number of jobs that have been read. */
  get size(): number {
    return this.#found.size;
  }

  /** Returns the jobs whose position is final, in order. `after`: only those after this sort key. */
  settled(after: string | null): Job[] {
    return this.#settled(after).sort((a, b) => compareKeys(sortKey(b), sortKey(a)));
  }

  /** Reads until `count` jobs after this sort key are settled, there are no more, or `client` aborts. */
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
        (after === null || compareKeys(sortKey(job), after) < 0),
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

/** Returns all jobs of a dialect, up to `MAX_JOBS`. */
export async function allJobs(jobs: Jobs, tenant: string, dialect: string): Promise<Job[]> {
  const reading = new JobReading(jobs, { tenant, dialect, states: null });
  await reading.read(Number.POSITIVE_INFINITY, null);
  return reading.settled(null);
}

/** Position in the list. Timestamps sort as text; ids contain no space. */
export const sortKey = ({ created_at, id }: Job): string => `${created_at} ${id}`;

const compareKeys = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
