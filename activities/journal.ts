/**
 * The journal of a worker process: which activities run in it. When the process dies, its successor on the same machine reads which
 * were lost, and which may be to blame.
 */
import { readFileSync } from 'node:fs';
import type { Info } from '@temporalio/activity';
import { JournalFile, readJournalFile } from './journal-file.ts';

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
  readonly #file: JournalFile<JournalEntry>;
  readonly #canBeBlamed: boolean;
  readonly #lost = new Set<string>();

  private constructor(file: JournalFile<JournalEntry>, canBeBlamed: boolean) {
    this.#file = file;
    this.#canBeBlamed = canBeBlamed;
  }

  /** @param scratch Scratch directory of this process alone. */
  static create(scratch: string): ActivityJournal {
    return new ActivityJournal(new JournalFile(scratch), true);
  }

  /** Takes over the local attempts that were lost with an earlier process, so that the processes after this one know them, too. */
  remember(lost: readonly LostActivity[]): void {
    for (const { isBlamed: _, beside: __, ...entry } of lost.filter(({ isLocal }) => isLocal)) {
      this.#lost.add(`${entry.workflowId} ${entry.type}`);
      this.#file.add({ ...entry, canBeBlamed: false });
    }
  }

  /** Whether a process died during a local attempt at this activity. */
  hasLost({ workflowExecution, activityType }: Info): boolean {
    return this.#lost.has(`${workflowExecution?.workflowId} ${activityType}`);
  }

  /** The same journal, for activities whose work runs in other processes. */
  withoutBlame(): ActivityJournal {
    return new ActivityJournal(this.#file, false);
  }

  /** Records that an activity begins. Returns a function that records its end. */
  begin(
    { taskToken, activityId, activityType, workflowExecution, isLocal }: Info,
    losses: number,
  ): () => void {
    const begun = this.#file.add({
      taskToken: Buffer.from(taskToken).toString('base64'),
      activityId,
      type: activityType,
      workflowId: workflowExecution?.workflowId ?? null,
      isLocal,
      runId: workflowExecution?.runId ?? null,
      losses,
      canBeBlamed: this.#canBeBlamed,
      boot: bootId,
    });
    return () => this.#file.remove(begun);
  }

  /** Records that the process was asked to stop. */
  stop(): void {
    this.#file.stop();
  }
}

/**
 * Reads the journal of a process that has died.
 *
 * Everything that ran in it may be to blame; but if some of it is suspected already, only that. Nothing is to blame when the process was
 * asked to stop, or when the machine stopped.
 */
export async function readJournal(scratch: string): Promise<LostActivity[]> {
  const { entries, wasStopped } = await readJournalFile<JournalEntry>(scratch);
  const candidates = entries.filter(({ canBeBlamed, boot }) => canBeBlamed && boot === bootId && !wasStopped);
  const suspects = candidates.filter(({ losses }) => losses > 0);
  const blamed = suspects.length > 0 ? suspects : candidates;
  return entries.map((entry) => ({
    ...entry,
    isBlamed: blamed.includes(entry),
    beside: candidates.filter((other) => other !== entry).length,
  }));
}

const bootId = readBootId();

function readBootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}
