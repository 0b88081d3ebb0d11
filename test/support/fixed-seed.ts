/** Setup of all test files: random inputs are the same in each run. `DARKROOM_FUZZ_SEED` gives others. */
import fc from 'fast-check';

export const seed = Number(process.env['DARKROOM_FUZZ_SEED'] ?? 1);

fc.configureGlobal({ seed });
