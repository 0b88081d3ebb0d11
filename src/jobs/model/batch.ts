/** Batches: the assets that one activity downloads or processes. A batch holds neighbours that arrived together. */

/** How many assets a batch holds. */
export interface BatchSizes {
  readonly usual: number;
  /** Batch size of chunks with at least `largeFrom` assets. */
  readonly large: number;
  readonly largeFrom: number;
}

/** Larger batches lose more work in a crash; smaller ones write more events. Large jobs gain more from fewer events. */
export const batchSizes: BatchSizes = { usual: 16, large: 32, largeFrom: 256 };

/** A range of positions in the list of assets: from (included) to (excluded). */
export interface Batch {
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

/** The position after the last asset of each chunk. The next chunk starts there. */
type ChunkEnds = readonly number[];

/** First and last asset of each batch. The same layout always has the same batches. */
export interface BatchLayout {
  readonly chunkEnds: ChunkEnds;
  readonly sizes: BatchSizes;
}

export function chunkEnds(chunks: readonly { readonly count: number }[]): number[] {
  let end = 0;
  return chunks.map(({ count }) => (end += count));
}

/** The batches of all assets. No batch crosses the end of a chunk, so no batch waits for assets that have not arrived. */
export function splitIntoBatches({ chunkEnds, sizes }: BatchLayout): Batch[] {
  const batches: Batch[] = [];
  let start = 0;
  for (const end of chunkEnds) {
    const size = end - start >= sizes.largeFrom ? sizes.large : sizes.usual;
    for (let from = start; from < end; from += size) {
      batches.push({ index: batches.length, from, to: Math.min(end, from + size) });
    }
    start = end;
  }
  return batches;
}
