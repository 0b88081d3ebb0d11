/** Reads from the messages of libvips what is wrong with a picture. */

/**
 * - `truncated`: data at the end, or a part of it, is missing.
 * - `checksum`: a checksum does not match.
 * - `contents`: the data cannot be decoded.
 * - `harmless`: viewers show the complete picture.
 */
export type Damage = 'truncated' | 'checksum' | 'contents' | 'harmless';

/** Warnings of libjpeg that concern no pixel. */
const HARMLESS =
  /extraneous bytes before marker|unknown JFIF revision|Unknown Adobe color transform|Invalid SOS parameters/;

/** What encoders add when the decoder stops. */
const FOLLOWS = /unable to write to target|^\s*$/;

export const CUT_OFF = 'it ends too early, as if it had been cut off on its way';

const TRUNCATED = /premature end|unexpected end|end of file|bad seek|truncated|read error|not enough data/i;

const UNSUPPORTED =
  /not configured|not implemented|not supported|unsupported|no known route|exceeds channel limit|samples out of range|bad labq|not built in/i;

/** Whether libvips lacks what the picture needs, which is no fault of the picture. */
export const isUnsupported = (message: string): boolean =>
  UNSUPPORTED.test(message) && !/unsupported image format/.test(message);

/** @returns the kind of damage, and text that completes "is damaged: …". */
export function classifyDamage(message: string): readonly [Damage, string] {
  const lines = message.split('\n').filter((line) => !FOLLOWS.test(line));
  if (message.startsWith('VipsJpeg') && lines.every((line) => HARMLESS.test(line)))
    return ['harmless', 'it has bytes that belong to no part of the picture'];
  if (TRUNCATED.test(message)) return ['truncated', CUT_OFF];
  return ['contents', 'its contents cannot be decoded'];
}
