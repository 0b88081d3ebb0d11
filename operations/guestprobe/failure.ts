/** Why there is no result, as an error for users. */
import { DarkroomError } from '../../src/errors.ts';
import { assetError } from '../image-source.ts';
import type { InputFile } from '../operation.ts';
import type { ProbeEnding } from './process.ts';

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

/** Killed: as bubblewrap tells of what ran inside, or the system of itself. */
const KILLED: readonly unknown[] = ['SIGKILL', 'SIGXCPU', 128 + 9, 128 + 24];

export function failureOf(input: InputFile, { error, end, said }: ProbeEnding): DarkroomError {
  const code = codes.find((known) => known === error?.code);
  if (error && code) return assetError(code, input, error.message);
  if (said.startsWith('bwrap:')) {
    return new DarkroomError(
      'engine_failed',
      'The sandbox for disk images cannot be set up on the worker; its log says why, and docs/engines.md what to do',
    );
  }
  return KILLED.includes(end)
    ? assetError('engine_limit', input, 'takes more memory or time to inspect than the worker has')
    : assetError('engine_failed', input, 'could not be inspected: the engine ended without an answer');
}
