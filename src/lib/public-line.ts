/** Output of programs, as clients may see it. */
import { stripVTControlCharacters } from 'node:util';

/** The shortest secret that is replaced: a shorter one is in the text by chance. */
const MIN_SECRET = 4;

/**
 * Makes a line that a program printed fit for the client: replaces absolute paths by their last name, secrets and the queries and
 * passwords of URLs by `***`, and removes control characters.
 *
 * @example
 * toPublicLine('/srv/work/7f3a/inputs/0/a.jpg: bad header', []) // '…/a.jpg: bad header'
 */
export function toPublicLine(line: string, secrets: readonly string[]): string {
  let text = stripVTControlCharacters(line).replace(/[\p{Cc}\p{Cf}]+/gu, ' ');
  for (const secret of secrets) if (secret.length >= MIN_SECRET) text = text.replaceAll(secret, '***');
  return text
    .replace(/\b(https?:\/\/)[^\s/@"']*@/gi, '$1***@')
    .replace(/\b(https?:\/\/[^\s?"']*)\?[^\s"']*/gi, '$1?***')
    .replace(/\bfile:\/+/gi, '/')
    .replace(/(?<![:/])\/{2,}/g, '/')
    .replace(absolutePath, (path) => `…/${path.split('/').findLast((name) => name !== '') ?? ''}`)
    .trim();
}

/** Neither what follows the scheme of a URL, nor the rest of a relative path. */
const absolutePath =
  /(?<![\p{L}\p{N}_/.~…*-])\/(?!\/)[^\s/:;,"'`<>|()[\]{}]+(?:\/[^\s/:;,"'`<>|()[\]{}]*)*/gu;
