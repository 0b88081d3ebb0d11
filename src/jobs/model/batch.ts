/** Batches: consecutive assets of one chunk that are downloaded and processed together. */

export const LARGEST_BATCH = 32;

/** A crash costs at most one batch; each batch costs events in the history. Large jobs are bound by events. */
const batchSize = (chunk: number): number => (chunk >= 256 ? LARGEST_BATCH : 16);

/** Positions in the list of assets: `from` included, `to` excluded. */
export interface Batch {
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

/** The end position of each chunk (excluded). */
export type ChunkEnds = readonly number[];

export function chunkEnds(chunks: readonly { readonly count: number }[]): number[] {
  let end = 0;
  return chunks.map(({ count }) => (end += count));
}

/** Splits chunks into batches. No batch spans two chunks, so none waits for assets that have not been submitted yet. */
export function batchesOf(ends: ChunkEnds): Batch[] {
  const batches: Batch[] = [];
  let start = 0;
  for (const end of ends) {
    const size = batchSize(end - start);
    for (let from = start; from < end; from += size) {
      batches.push({ index: batches.length, from, to: Math.min(end, from + size) });
    }
    start = end;
  }
  return batches;
}
