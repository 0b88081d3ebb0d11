/** How assets travel: in batches of neighbours that came together. */

export const LARGEST_BATCH = 32;

/** Larger batches lose more to a crash, smaller ones cost more events; big jobs have more to lose by the second. */
const batchSize = (chunk: number): number => (chunk >= 256 ? LARGEST_BATCH : 16);

/** A run of positions in the list of assets: from (included) to (excluded). */
export interface Batch {
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

/** Where each chunk of assets ends; the next begins there. */
export type ChunkEnds = readonly number[];

export function chunkEnds(chunks: readonly { readonly count: number }[]): number[] {
  let end = 0;
  return chunks.map(({ count }) => (end += count));
}

/** No batch reaches over the end of a chunk, so that none has to wait for assets that are still to come. */
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
