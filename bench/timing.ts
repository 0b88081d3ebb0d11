/** Measures things that are done again and again. No time counts unless the result of what took it has been checked. */

/** Something to measure, and what its result must be. */
export interface Measured<Result> {
  readonly run: (index: number) => Promise<Result>;
  /** Throws when the result is wrong. Its time does not count. */
  readonly check: (result: Result, index: number) => void | Promise<void>;
}

/**
 * Times two things alternately, so that a change of the load on the machine affects both.
 *
 * @returns the median of each in milliseconds
 * @throws what a run or a check throws
 */
export async function alternate<Ours, Raw>(
  times: number,
  ours: Measured<Ours>,
  raw: Measured<Raw>,
): Promise<{ ours: number; raw: number }> {
  const [rawMs = Number.NaN, oursMs = Number.NaN] = await takeTurns(times, [
    (index) => timed(raw, index),
    (index) => timed(ours, index),
  ]);
  return { ours: oursMs, raw: rawMs };
}

/** Like `alternate`, for any number of things that each return their milliseconds. Returns their medians in the same order. */
export async function takeTurns(
  times: number,
  measure: readonly ((index: number) => Promise<number>)[],
): Promise<number[]> {
  const measured = measure.map((): number[] => []);
  for (let index = 0; index < times; index++)
    for (const [position, one] of measure.entries()) measured[position]?.push(await one(index));
  return measured.map((figures) => percentile(figures, 0.5));
}

/** Returns the milliseconds that a run takes, once its result has been checked. */
export async function timed<Result>({ run, check }: Measured<Result>, index = 0): Promise<number> {
  const started = performance.now();
  const result = await run(index);
  const ms = performance.now() - started;
  await check(result, index);
  return ms;
}

/**
 * Calls `work` for the numbers 0 to `count` - 1, at most `concurrency` at a time.
 *
 * @returns what the calls return, in the order of the numbers
 */
export async function runConcurrently<Result>(
  count: number,
  concurrency: number,
  work: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next++;
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return results;
}

/** Returns the figure that a share of all figures does not exceed. */
export const percentile = (figures: readonly number[], share: number): number =>
  figures.toSorted((a, b) => a - b)[Math.floor(figures.length * share)] ?? Number.NaN;
