/** The loop of a per-asset stage: assets in sequence; an unusable one does not stop the others. */
import { DarkroomError } from '../../src/errors.ts';
import type { InputFile, StageContext } from '../operation.ts';

/**
 * Calls `work` for each asset and passes its DarkroomErrors to `fail`.
 *
 * @param work - Gets a function that reports the progress with this asset.
 * @returns The results for the usable assets, in order.
 * @throws Other errors of `work`, what `fail` throws, and the signal's reason.
 */
export async function eachAsset<T>(
  { inputs, signal, progress, fail }: StageContext<unknown>,
  work: (input: InputFile, report: StageContext<unknown>['progress']) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (const [done, input] of inputs.entries()) {
    signal.throwIfAborted();
    const report = (fraction: number, detail?: string) =>
      progress((done + fraction) / inputs.length, detail ?? input.name);
    report(0);
    try {
      results.push(await work(input, report));
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof DarkroomError)) throw error;
      fail(input, error);
    }
  }
  progress(1);
  return results;
}
