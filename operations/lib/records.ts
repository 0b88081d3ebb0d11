/** Records that a per-asset stage leaves for a later stage: JSON lines, one file per batch. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = 'records';

/** Plain JSON about one asset. */
export interface StageRecord {
  /** Position in the submitted list, from 0. */
  readonly index: number;
}

/** Writes the records of one batch, in the order of the assets. Call it once per batch. */
export async function writeRecords(workspace: string, records: readonly StageRecord[]): Promise<void> {
  const [first] = records;
  if (!first) return;
  await mkdir(join(workspace, FOLDER), { recursive: true });
  const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  await writeFile(join(workspace, FOLDER, `${formatNumber(first.index)}.jsonl`), lines);
}

/**
 * Reads the records of all batches, in the order of the assets. Holds little more than one batch in memory. A rerun of failed assets
 * writes a file of its own, whose records belong between those of another file.
 */
export async function* readRecords<T extends StageRecord>(workspace: string): AsyncGenerator<T> {
  const files = await readdir(join(workspace, FOLDER)).catch(toEmptyIfMissing);
  let held: T[] = [];
  for (const file of files.sort()) {
    const first = Number.parseInt(file, 10) - 1;
    yield* held.filter(({ index }) => index < first);
    const text = await readFile(join(workspace, FOLDER, file), 'utf8');
    const records = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as T]));
    held = [...held.filter(({ index }) => index > first), ...records].sort((a, b) => a.index - b.index);
  }
  yield* held;
}

/** Formats a position for file names: from 1, five digits, so that names sort by position. */
export const formatNumber = (index: number): string => String(index + 1).padStart(5, '0');

/** The folder is missing when no asset was usable. */
function toEmptyIfMissing(error: unknown): string[] {
  if ((error as { code?: unknown }).code === 'ENOENT') return [];
  throw error;
}
