/** The loop of a per-asset stage: one asset after the other, and one that cannot be used does not stop the rest. */
import { DarkroomError } from '../../src/errors.ts';
import type { InputFile, StageContext } from '../operation.ts';

/**
 * What `work` made of the assets that could be used, in order. Its DarkroomErrors go to `fail`, all else is thrown. `report`:
 * how far it is with this asset, from 0 to 1, and optionally a word on what goes on.
 */
export async function eachAsset<T>(
  { inputs, signal, progress, fail }: StageContext<unknown>,
  work: (input: InputFile, report: StageContext<unknown>['progress']) => Promise<T>,
): Promise<T[]> {
  const made: T[] = [];
  for (const [done, input] of inputs.entries()) {
    signal.throwIfAborted();
    const report = (fraction: number, detail?: string) =>
      progress((done + fraction) / inputs.length, detail ?? input.name);
    report(0);
    try {
      made.push(await work(input, report));
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof DarkroomError)) throw error;
      fail(input, error);
    }
  }
  progress(1);
  return made;
}
