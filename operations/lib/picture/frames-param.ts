/** The parameter of operations that can write animations. */
import { z } from 'zod';
import type { MetadataChoice } from './metadata-choice.ts';

export const frames = z
  .union([z.enum(['first', 'all']), z.int().min(1).max(10_000)])
  .default('first')
  .describe(
    'Frames of animated GIF and WebP to use: the first one, all, or the first so many. Several frames need the format `gif`, ' +
      '`webp` or `keep`; other pictures stay stills. If frames are left out, the result has a note `frames_left_out`',
  );

export type Frames = z.infer<typeof frames>;

interface Given {
  readonly frames: Frames;
  readonly format: string;
  readonly metadata: MetadataChoice;
}

/**
 * Checks what animations cannot have.
 *
 * @param refuse - Called with the name of each parameter that does not fit, and why.
 * @returns Whether results may have several frames.
 */
export function checkFrames(
  { frames, format, metadata }: Given,
  refuse: (name: string, message: string) => void,
): boolean {
  if (format === 'gif' && metadata !== 'strip') refuse('metadata', 'must be "strip" with format "gif"');
  if (frames === 'first' || frames === 1) return false;
  if (!/^(keep|gif|webp)$/.test(format)) refuse('frames', 'needs format "gif", "webp" or "keep"');
  if (format !== 'gif' && metadata !== 'strip')
    refuse('metadata', 'must be "strip" unless frames is "first"');
  return true;
}
