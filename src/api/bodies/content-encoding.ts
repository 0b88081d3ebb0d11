/** Bodies are taken as they are: what is compressed would first have to be limited by what it becomes. */
import { DarkroomError } from '../../errors.ts';

/** `encoding`: the Content-Encoding header. Throws unsupported_media_type for any but `identity`. */
export function requireIdentity(encoding = 'identity'): void {
  if (encoding.trim().toLowerCase() === 'identity') return;
  throw new DarkroomError('unsupported_media_type', `Send the body as it is, without ${encoding}`);
}
