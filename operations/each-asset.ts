/** The loop of a per-asset stage: one asset after the other, and one that cannot be used does not stop the rest. */
import { DarkroomError } from '../src/errors.ts';
import type { InputFile, StageContext } from './operation.ts';

/** What `work` made of the assets that could be used, in order. Its DarkroomErrors go to `fail`, all else is thrown. */
export async function eachAsset<T>(
  { inputs, signal, progress, fail }: StageContext<unknown>,
  work: (input: InputFile) => Promise<T>,
): Promise<T[]> {
  const made: T[] = [];
  for (const [done, input] of inputs.entries()) {
    signal.throwIfAborted();
    progress(done / inputs.length, input.name);
    try {
      made.push(await work(input));
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof DarkroomError)) throw error;
      fail(input, error);
    }
  }
  progress(1);
  return made;
}
