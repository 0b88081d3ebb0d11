/** Why there is no result, as an error for users. */
import { DarkroomError } from '../../../src/errors.ts';
import type { InputFile } from '../../operation.ts';
import type { EngineEnding } from '../engine-process.ts';
import { assetError } from '../image-source.ts';

/** What the engine may say of an image, in the same words as ours. */
const codes = [
  'image_not_a_file',
  'image_empty',
  'image_format_mismatch',
  'image_too_large',
  'image_corrupt',
  'image_backing_file',
  'image_external_data',
  'image_encrypted',
  'image_no_filesystem',
  'engine_failed',
  'engine_limit',
] as const;

/** Ended by its limits: as bubblewrap tells of what ran inside, or the system of itself. */
const LIMITED: readonly unknown[] = ['SIGXCPU', 128 + 9, 128 + 24];

export function failureOf(input: InputFile, { error, end, overMemory, said }: EngineEnding): DarkroomError {
  const code = codes.find((known) => known === error?.code);
  if (error && code) return assetError(code, input, error.message);
  if (said.startsWith('bwrap:')) {
    return new DarkroomError(
      'engine_failed',
      'The sandbox for disk images cannot be set up on the worker; its log says why, and docs/engines.md what to do',
    );
  }
  if (end === 'SIGKILL' && !overMemory) {
    return new DarkroomError('operation_failed_for_now', 'The process of the disk inspection was killed');
  }
  return overMemory || LIMITED.includes(end)
    ? assetError('engine_limit', input, 'takes more memory or time to inspect than the worker has')
    : assetError('engine_failed', input, 'could not be inspected: the engine ended without an answer');
}
