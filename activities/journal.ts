/**
 * The journal of a worker process: a file for each activity that runs in it. When the process dies, its successor on the same machine
 * reads which activities were lost, and which may be to blame.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Info } from '@temporalio/activity';

/** Directory of the journal in the scratch directory of a worker. */
const FOLDER = 'journal';

/** The file that says that the process was told to stop, so that no activity is to blame for its end. */
const STOPPING = 'stopping';

/** An activity that runs. */
interface JournalEntry {
  /** Base64. */
  readonly taskToken: string;
  readonly activityId: string;
  readonly type: string;
  /** Null when no workflow started it. */
  readonly workflowId: string | null;
  /** Whether it ran inside a workflow task, which Temporal gives to the next worker as it is. */
  readonly isLocal: boolean;
  readonly runId: string | null;
  /** Deaths of a worker that it is blamed for so far. */
  readonly losses: number;
  /** False when it cannot be to blame, because its work runs in another process. */
  readonly canBeBlamed: boolean;
  /** Changes when the machine starts again; null outside Linux. */
  readonly boot: string | null;
}

/** An activity that was lost with its worker. */
export interface LostActivity extends JournalEntry {
  readonly isBlamed: boolean;
  /** Activities that ran beside it. */
  readonly beside: number;
}

export class ActivityJournal {
  readonly #folder: string;
  readonly #canBeBlamed: boolean;
  readonly #lost = new Set<string>();
  #made: Promise<unknown> | undefined;

  /** @param scratch Scratch directory of this process alone. */
  constructor(scratch: string, canBeBlamed = true) {
    this.#folder = join(scratch, FOLDER);
    this.#canBeBlamed = canBeBlamed;
  }

  /** Takes over the local attempts that were lost with an earlier process, so that the processes after this one know them, too. */
  async remember(lost: readonly LostActivity[]): Promise<void> {
    for (const { isBlamed: _, beside: __, ...entry } of lost.filter(({ isLocal }) => isLocal)) {
      this.#lost.add(`${entry.workflowId} ${entry.type}`);
      await this.#write(randomUUID(), JSON.stringify({ ...entry, canBeBlamed: false })).catch(
        () => undefined,
      );
    }
  }

  /** Whether a process died during a local attempt at this activity. */
  hasLost({ workflowExecution, activityType }: Info): boolean {
    return this.#lost.has(`${workflowExecution?.workflowId} ${activityType}`);
  }

  /** The same journal, for activities whose work runs in other processes. */
  withoutBlame(): ActivityJournal {
    return new ActivityJournal(join(this.#folder, '..'), false);
  }

  /**
   * Records that an activity begins, if the disk permits it: without an entry, Temporal notices the loss by missing heartbeats.
   *
   * @returns A function that records its end.
   */
  async begin(
    { taskToken, activityId, activityType, workflowExecution, isLocal }: Info,
    losses: number,
  ): Promise<() => Promise<void>> {
    const entry: JournalEntry = {
      taskToken: Buffer.from(taskToken).toString('base64'),
      activityId,
      type: activityType,
      workflowId: workflowExecution?.workflowId ?? null,
      isLocal,
      runId: workflowExecution?.runId ?? null,
      losses,
      canBeBlamed: this.#canBeBlamed,
      boot: bootId,
    };
    const name = randomUUID();
    await this.#write(name, JSON.stringify(entry)).catch(() => undefined);
    return () => rm(join(this.#folder, name), { force: true }).catch(() => undefined);
  }

  /** Records that the process was told to stop. */
  async stop(): Promise<void> {
    await this.#write(STOPPING, '');
  }

  async #write(name: string, text: string): Promise<void> {
    this.#made ??= mkdir(this.#folder, { recursive: true });
    await this.#made;
    await writeFile(join(this.#folder, name), text);
  }
}

/**
 * Reads the journal of a process that has died.
 *
 * Everything that ran in it may be to blame; but if some of it is suspected already, only that. Nothing is to blame when the process was
 * told to stop, or when the machine stopped.
 */
export async function readJournal(scratch: string): Promise<LostActivity[]> {
  const folder = join(scratch, FOLDER);
  const names: string[] = await readdir(folder).catch(() => []);
  const texts = await Promise.all(
    names.filter((name) => name !== STOPPING).map((name) => readFile(join(folder, name), 'utf8')),
  );
  const entries = texts.flatMap((text) => parseEntry(text) ?? []);
  const wasStopped = names.includes(STOPPING);
  const candidates = entries.filter(({ canBeBlamed, boot }) => canBeBlamed && boot === bootId && !wasStopped);
  const suspects = candidates.filter(({ losses }) => losses > 0);
  const blamed = suspects.length > 0 ? suspects : candidates;
  return entries.map((entry) => ({
    ...entry,
    isBlamed: blamed.includes(entry),
    beside: candidates.filter((other) => other !== entry).length,
  }));
}

/** Null when the process died while it wrote the entry, before the activity began. */
function parseEntry(text: string): JournalEntry | null {
  try {
    return JSON.parse(text) as JournalEntry;
  } catch {
    return null;
  }
}

const bootId = readBootId();

function readBootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}
