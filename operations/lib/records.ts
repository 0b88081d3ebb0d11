/** What per-asset stages find out, handed to the stage that gathers it: one small file a batch, not one an asset. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = 'records';

/** Each record is about one asset, and plain JSON. */
export interface AssetRecord {
  /** Position in the submitted list, from 0. */
  readonly index: number;
}

/** Once a batch; `records` in the order of the assets. */
export async function writeRecords(workspace: string, records: readonly AssetRecord[]): Promise<void> {
  const [first] = records;
  if (!first) return;
  await mkdir(join(workspace, FOLDER), { recursive: true });
  const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  await writeFile(join(workspace, FOLDER, `${numbered(first.index)}.jsonl`), lines);
}

/**
 * All records that batches left, in the order of the assets, with little more than one batch in memory at a time: what a rerun
 * adds to a batch lies in a file of its own, and belongs between the records of another.
 */
export async function* readRecords<T extends AssetRecord>(workspace: string): AsyncGenerator<T> {
  const files = await readdir(join(workspace, FOLDER)).catch(nothingThere);
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

/** A position as digits that sort like numbers, and that tell files of assets of one name apart. */
export const numbered = (index: number): string => String(index + 1).padStart(5, '0');

/** No asset could be used. */
function nothingThere(error: unknown): string[] {
  if ((error as { code?: unknown }).code === 'ENOENT') return [];
  throw error;
}
