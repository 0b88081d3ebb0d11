/** Replays of the saved histories on the built workflows, or on a mutant of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Worker } from '@temporalio/worker';
import { parseHistory } from '../../scripts/histories/format.ts';
import { bundlePath } from '../../src/temporal/worker.ts';

const folder = fileURLToPath(new URL('../histories/', import.meta.url));

/** The saved histories as paths below test/histories, such as `0.1/plain.json`. */
export const historyFiles: readonly string[] = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((name) => /\.json(\.gz)?$/.test(name))
  .sort();

function readHistory(file: string): ReturnType<typeof parseHistory> {
  const bytes = readFileSync(`${folder}${file}`);
  return parseHistory((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
}

/**
 * Replays histories, in this thread.
 *
 * @param bundle The workflows: a path or, for a mutant, the code.
 * @returns The error of each history that does not replay, by file.
 */
export async function replay(
  files: readonly string[],
  bundle: { codePath: string } | { code: string } = { codePath: bundlePath },
): Promise<ReadonlyMap<string, Error>> {
  const histories = files.map((file) => ({ workflowId: file, history: readHistory(file) }));
  const errors = new Map<string, Error>();
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: bundle }, histories))
    if (error) errors.set(workflowId, error);
  return errors;
}
