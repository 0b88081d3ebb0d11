/** Waits for a job with a progress view, and prints its outcome. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Option } from 'commander';
import type { Darkroom, Job, JobProgress } from '../client/client.ts';
import { saveFiles } from '../client/files.ts';
import { formatBytes } from '../lib/units.ts';
import { printJson, say } from './connection.ts';
import { exitCodeOfJob, exitCodes, UsageError } from './exit-code.ts';
import { writeResult } from './standard-output.ts';
import { summaryLine } from './summary.ts';
import { plain } from './terminal/plain.ts';
import { createProgressView, type ProgressView } from './terminal/progress.ts';
import { describeWait } from './wait-reason.ts';

export interface FollowOptions {
  readonly json?: boolean;
  /** Whether progress is shown; with `json`, as JSON lines. */
  readonly watch?: boolean;
  /** Seconds. */
  readonly timeout?: number;
}

/** The option `--timeout`. It is parsed before a job is submitted. */
export const timeoutOption = (description: string): Option =>
  new Option('--timeout <seconds>', description).argParser(parseSeconds);

/** Resolves with the ended job. Ctrl-C stops watching; the job continues. */
export async function followJob(client: Darkroom, id: string, options: FollowOptions): Promise<Job> {
  const timeoutMs = options.timeout === undefined ? undefined : options.timeout * 1000;
  const view = options.watch && !options.json ? createProgressView() : null;
  const interrupted = () => {
    view?.stop();
    say(`\nThe job continues. Watch it: darkroom watch ${id}   Stop it: darkroom cancel ${id}`);
    process.exit(exitCodes.interrupted);
  };
  process.once('SIGINT', interrupted);
  const explainer = view && explainRepeatedly(client, id, view);
  const onProgress = (progress: JobProgress) => {
    view?.update(progress);
    if (options.watch && options.json) {
      const { state, stage, paused, progress: percent, assets } = progress;
      printJson({ type: 'progress', id, state, stage, paused, progress: percent, assets });
    }
  };
  try {
    const job = await client.wait(id, { ...(timeoutMs === undefined ? {} : { timeoutMs }), onProgress });
    view?.update(job);
    // The bar is drawn a few times a second; this draws its last state.
    if (view) await sleep(0);
    return job;
  } finally {
    clearInterval(explainer ?? undefined);
    view?.stop();
    process.off('SIGINT', interrupted);
  }
}

/** Milliseconds between two looks at what a job waits for. */
const EXPLAIN_MS = 3000;

function explainRepeatedly(client: Darkroom, id: string, view: ProgressView): NodeJS.Timeout {
  const explain = async () => view.explain((await describeWait(client, await client.get(id)))?.text ?? null);
  // The wait itself reports what is wrong.
  return setInterval(() => void explain().catch(() => undefined), EXPLAIN_MS);
}

/**
 * Downloads the results of a completed job to `out`, if it is given, and prints how the job ended, with its notes; with `json`,
 * its document.
 */
export async function reportEnd(
  client: Darkroom,
  job: Job,
  { json, watch, out }: FollowOptions & { readonly out?: string },
): Promise<void> {
  if (job.state === 'completed' && out === '-') await writeResult(client, job.id);
  else if (job.state === 'completed' && out !== undefined) await fetchResults(client, job.id, out);
  if (json) printJson(watch ? { type: 'end', job } : job);
  else {
    say(summaryLine(job, out === '-' ? undefined : out));
    printNotes(job.notes);
    if (job.state === 'completed')
      printNotes((await client.result(job.id)).notes.map(({ message }) => message));
  }
  process.exitCode = exitCodeOfJob(job);
}

export function printNotes(notes: readonly string[] = []): void {
  for (const note of notes) say(`Note: ${plain(note)}`);
}

/** Downloads the result files of a job to a directory. */
export async function fetchResults(client: Darkroom, id: string, folder: string): Promise<void> {
  const onFile = (path: string, entry: { size: number }) => say(`${path}  ${formatBytes(entry.size)}`);
  await saveFiles(client, id, folder, { onFile });
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds > 0 && seconds < 2_000_000) return seconds;
  throw new UsageError(`--timeout ${text}: must be a number of seconds, up to 2000000`);
}
