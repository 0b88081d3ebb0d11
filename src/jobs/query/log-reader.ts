/** Reads the log of one job, again and again while it grows. */
import { mapConcurrent } from '../../lib/map-concurrent.ts';
import type { LogEntry, LogSegment, LogSegmentName } from '../model/job-log.ts';
import { PIPELINE } from '../model/pipeline-names.ts';
import type { JobArchive } from '../ports/job-archive.ts';
import type { JobSnapshot } from '../ports/job-runtime.ts';
import { toStatusEntries } from './status-log.ts';

/** Segments that one call reads: the latest. A job has hundreds if hundreds of batches have something to say. */
const MAX_SEGMENTS = 2000;

const READ_CONCURRENCY = 8;

type Snapshot = Pick<JobSnapshot, 'job' | 'fingerprint' | 'timeline'>;

/** How far a segment was read. */
interface Position {
  readonly version: string;
  /** Number of the next line. */
  readonly next: number;
}

export class LogReader {
  readonly #archive: Pick<JobArchive, 'listSegments' | 'readSegment'>;
  readonly #positions = new Map<string, Position>();
  readonly #returned = new Set<string>();

  constructor(archive: Pick<JobArchive, 'listSegments' | 'readSegment'>) {
    this.#archive = archive;
  }

  /**
   * Returns the entries that earlier calls did not return, by time. Segments that have not changed are not read again.
   *
   * @throws store_unavailable
   */
  async readNew(snapshot: Snapshot, signal: AbortSignal): Promise<LogEntry[]> {
    const entries = [...toStatusEntries(snapshot), ...(await this.#readSegments(snapshot, signal))];
    return entries.sort(compareEntries).filter((entry) => {
      const key = keyOf(entry);
      if (key === null) return true;
      const isNew = !this.#returned.has(key);
      this.#returned.add(key);
      return isNew;
    });
  }

  async #readSegments({ job, fingerprint }: Snapshot, signal: AbortSignal): Promise<LogEntry[]> {
    const changed: (LogSegmentName & { version: string })[] = [];
    for await (const segment of this.#archive.listSegments(job)) {
      signal.throwIfAborted();
      if (this.#positions.get(idOf(segment))?.version !== segment.version) changed.push(segment);
    }
    const isPipeline = job.operation === PIPELINE;
    const read = await mapConcurrent(
      changed.slice(-MAX_SEGMENTS),
      { concurrency: READ_CONCURRENCY, signal },
      async ({ version, ...name }) => {
        const segment = await this.#archive.readSegment(job, name);
        const { next = 0 } = this.#positions.get(idOf(name)) ?? {};
        const isOfJob = segment?.fingerprint === fingerprint;
        this.#positions.set(idOf(name), {
          version,
          next: isOfJob ? (segment.lines.at(-1)?.n ?? -1) + 1 : next,
        });
        return isOfJob ? toEntries(name, segment, next, isPipeline) : [];
      },
    );
    return read.flat();
  }
}

const idOf = ({ run, name }: LogSegmentName): string => `${run}.${name}`;

/** The lines of a segment from number `from` on. */
function toEntries(
  name: LogSegmentName,
  { activity, step, stage, batch, attempt, began_at, worker, lines }: LogSegment,
  from: number,
  isPipeline: boolean,
): LogEntry[] {
  const label = stage !== null && isPipeline ? `${step}/${stage}` : stage;
  const about = { run: name.run, activity, stage: label, batch, attempt, began_at, worker };
  let expected = from;
  return lines.flatMap(({ n, ...line }): LogEntry[] => {
    if (n < from) return [];
    const missing = n - expected;
    expected = n + 1;
    const entry: LogEntry = { id: `${idOf(name)}.${n}`, ...about, ...line };
    return missing === 0 ? [entry] : [toGap(entry, missing), entry];
  });
}

const toGap = (next: LogEntry, missing: number): LogEntry => ({
  ...next,
  id: `${next.id}.gap`,
  level: 'info',
  type: 'output',
  code: null,
  message: `(${missing} lines left out)`,
});

/** Times of one format sort as text. */
const compareEntries = (a: LogEntry, b: LogEntry): number => compare(a.run, b.run) || compare(a.at, b.at);

const compare = <T>(a: T, b: T): number => (a < b ? -1 : Number(a > b));

/**
 * Entries with the same key are shown once; null: always shown. The status is read again each time, and an attempt finds the same
 * notes and unusable assets as an earlier one.
 */
function keyOf({ id, type, run, activity, stage, batch, code, message }: LogEntry): string | null {
  if (type === 'state') return id;
  if (type !== 'note' && type !== 'asset') return null;
  return JSON.stringify([run, activity, stage, batch, code, message]);
}
