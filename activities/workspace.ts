/** The workspace of a stage: a local directory with the files that the stage before left. */
import { readdir, stat, utimes } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Checkpoint, WorkspaceFile } from '../src/jobs/model/checkpoint.ts';
import type { AttemptFiles, StageFiles } from '../src/jobs/ports/run-files.ts';
import { mapConcurrent } from '../src/lib/map-concurrent.ts';

/** Modification time of restored files. A file with another time was written by the stage. */
const RESTORED_TIME = new Date('2000-01-01T00:00:00Z');

/** Objects that are read from the store concurrently. */
export const READ_CONCURRENCY = 8;

/** Files that are written to the store concurrently. Each large file holds some megabytes in memory. */
export const WRITE_CONCURRENCY = 4;

/** Copies the workspace files of these checkpoints into a directory. Returns them by path. */
export async function restoreWorkspace(
  stages: StageFiles,
  checkpoints: readonly Pick<Checkpoint, 'workspace'>[],
  workspace: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, WorkspaceFile>> {
  // When two checkpoints have a file with the same path, the later one counts.
  const files = new Map(
    checkpoints.flatMap((checkpoint) => checkpoint.workspace.map((file) => [file.path, file])),
  );
  await mapConcurrent([...files.values()], { concurrency: READ_CONCURRENCY, signal }, async (file, stop) => {
    const local = await stages.toLocalFile(file, join(workspace, file.path), 'copy', stop);
    await utimes(local, RESTORED_TIME, RESTORED_TIME);
  });
  return files;
}

/**
 * Stores the files of a workspace for the next stage. Restored files that the stage did not change keep their object, so
 * passing them on costs nothing.
 */
export async function saveWorkspace(
  attempt: Pick<AttemptFiles, 'adoptWorkspaceFile'>,
  workspace: string,
  restored: ReadonlyMap<string, WorkspaceFile>,
  signal: AbortSignal,
): Promise<WorkspaceFile[]> {
  const entries = await readdir(workspace, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return mapConcurrent(
    files,
    { concurrency: WRITE_CONCURRENCY, signal },
    async ({ parentPath, name }, stop) => {
      const local = join(parentPath, name);
      const path = relative(workspace, local);
      const file = restored.get(path);
      if (file && (await stat(local)).mtimeMs === RESTORED_TIME.getTime()) return file;
      return { path, ...(await attempt.adoptWorkspaceFile(path, local, stop)) };
    },
  );
}
