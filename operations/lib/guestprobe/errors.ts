/** Errors of a failed inspection. */
import { DarkroomError } from '../../../src/errors.ts';
import type { InputFile } from '../../operation.ts';
import { type EngineExit, wasKilled } from '../engine-process.ts';
import { assetError } from '../image-source.ts';

/** Codes that the engine may return. */
const codes = [
  'image_not_a_file',
  'image_empty',
  'image_format_mismatch',
  'image_too_large',
  'image_corrupt',
  'image_backing_file',
  'image_external_data',
  'image_unsupported',
  'image_encrypted',
  'image_no_filesystem',
  'engine_failed',
  'engine_limit',
] as const;

/** Signals of a resource limit, or of a kernel without free memory. */
const LIMITED: readonly unknown[] = ['SIGXCPU', 'SIGKILL'];

/** @param lastAttempt Whether no attempt follows. */
export function toError(input: InputFile, ending: EngineExit, lastAttempt: boolean): DarkroomError {
  const { error, exit, overMemory, stderr } = ending;
  const code = codes.find((known) => known === error?.code);
  if (error && code) return assetError(code, input, error.message);
  if (stderr.startsWith('bwrap:')) {
    return new DarkroomError(
      'engine_failed',
      'The sandbox for disk images cannot be set up on the worker; its log says why, and docs/engines.md what to do',
    );
  }
  if (!lastAttempt && wasKilled(ending))
    return new DarkroomError('operation_failed_for_now', 'The process of the disk inspection was killed');
  return overMemory || LIMITED.includes(exit)
    ? assetError('engine_limit', input, 'takes more memory or time to inspect than the worker has')
    : assetError('engine_failed', input, 'could not be inspected: the engine ended without a result');
}
