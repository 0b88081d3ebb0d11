/** Labels in Temporal's visibility store. */
import { createHash } from 'node:crypto';

/**
 * The form of a label in the search attribute `DarkroomLabels`: a digest. Labels may be longer than Temporal permits, and its query
 * language knows no parameters. SQLite ignores case, so the digest is hexadecimal.
 */
export const toLabelTerm = (name: string, value: string): string =>
  createHash('sha256')
    .update(JSON.stringify([name, value]))
    .digest('hex')
    .slice(0, 32);
