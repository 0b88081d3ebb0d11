/** Times of things that are done again and again. */

/** Times two things in turn, so that a change of the machine's mood meets both; gives the median of each in milliseconds. */
export async function inTurn(
  times: number,
  ours: (index: number) => Promise<unknown>,
  raw: (index: number) => Promise<unknown>,
): Promise<{ ours: number; raw: number }> {
  const measured = { ours: [] as number[], raw: [] as number[] };
  for (let index = 0; index < times; index++) {
    measured.raw.push(await timed(() => raw(index)));
    measured.ours.push(await timed(() => ours(index)));
  }
  return { ours: median(measured.ours), raw: median(measured.raw) };
}

/** Milliseconds that something takes. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

/** Calls `work` for the numbers 0 to `count` - 1, at most `concurrency` at a time. */
export async function runConcurrently(
  count: number,
  concurrency: number,
  work: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
