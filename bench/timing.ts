/** Measures two functions alternately, so that changes of the machine's speed affect both. Returns medians in milliseconds. */
export async function alternate(
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

/** Returns the duration of `run` in milliseconds. */
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
  const runNext = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, runNext));
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
