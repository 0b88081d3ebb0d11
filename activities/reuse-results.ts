/** Copies the results that equal work of an earlier job left, and says which results later jobs can copy. */
import { hasCode } from '../src/errors.ts';
import type { Checkpoint, Digest, StoredObject } from '../src/jobs/model/checkpoint.ts';
import { mapConcurrent } from '../src/lib/map-concurrent.ts';
import { UniqueNames } from '../src/lib/unique-names.ts';
import type { ActivityRun } from './activity-run.ts';
import type { StageResults } from './compute-stage.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { StageRunInput } from './types.ts';
import { WRITE_CONCURRENCY } from './workspace.ts';

/**
 * Copies the files that equal work left. Null: there are none, they have been deleted, or they are not what they were.
 *
 * @param work - See `digestWork`.
 */
export async function copyResults(
  { stages, reusable, reuse }: ActivityDependencies,
  input: StageRunInput,
  work: string,
  signal: AbortSignal,
): Promise<StageResults | null> {
  const { tenant, fingerprint } = input.job;
  const horizon = new Date(Date.now() - (reuse?.maxAgeMs ?? 0));
  const found = await reusable.find(tenant, work, horizon, signal);
  if (!found) return null;
  const attempt = stages.startAttempt(input);
  const names = new UniqueNames();
  const named = found.outputs.map((file) => ({ ...file, name: names.claim(file.path) }));
  const copyAll = <File extends StoredObject & Digest>(files: readonly File[], copy: Copy<File>) =>
    mapConcurrent(files, { concurrency: WRITE_CONCURRENCY, signal }, async (file, stop): Promise<File> => {
      const copied = await copy(file, stop);
      if (copied?.size !== file.size || copied.sha256 !== file.sha256) throw new UnusableFile();
      return { ...file, key: copied.key };
    });
  try {
    const outputs = await copyAll(named, (file, stop) => attempt.copyOutput(file.name, file, stop));
    const workspace = await copyAll(found.workspace, (file, stop) =>
      attempt.copyWorkspaceFile(file.path, file, stop),
    );
    const { computeMs: reusedMs, ...results } = found;
    return {
      ...results,
      fingerprint,
      reusedMs,
      outputs: outputs.map(({ name: _, ...file }) => file),
      workspace,
    };
  } catch (error) {
    if (error instanceof UnusableFile) return null;
    throw error;
  }
}

type Copy<File> = (file: File, signal: AbortSignal) => Promise<(StoredObject & Digest) | null>;

/** A file is missing, or has other bytes than its checkpoint says. */
class UnusableFile extends Error {
  override name = 'UnusableFile';
}

/**
 * Lets later jobs copy the results, if that pays. Returns false if they cannot.
 *
 * @param work - See `digestWork`.
 */
export async function recordResults(
  { reusable, reuse }: ActivityDependencies,
  input: StageRunInput,
  work: string,
  { checkpoint, sha256 }: { readonly checkpoint: Checkpoint; readonly sha256: string },
  { signal, log }: Pick<ActivityRun, 'signal' | 'log'>,
): Promise<boolean> {
  if (checkpoint.failures.length > 0 || checkpoint.computeMs < (reuse?.minMs ?? 0)) return false;
  try {
    await reusable.record(work, input, { sha256 }, signal);
    return true;
  } catch (error) {
    // The results are there. Only later jobs have to compute them again.
    if (!hasCode(error, 'store_unavailable') && !hasCode(error, 'disk_full')) throw error;
    log('Results cannot be reused, because the store is away', { error });
    return false;
  }
}
