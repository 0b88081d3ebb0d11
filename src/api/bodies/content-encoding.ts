/** Compressed bodies are rejected: a limit of their decompressed size would be needed. */
import { DarkroomError } from '../../errors.ts';

/**
 * Accepts only the encoding `identity`.
 *
 * @param encoding the header `Content-Encoding`
 * @throws unsupported_media_type
 */
export function requireIdentity(encoding = 'identity'): void {
  if (encoding.trim().toLowerCase() === 'identity') return;
  throw new DarkroomError('unsupported_media_type', `Send the body as it is, without ${encoding}`);
}
