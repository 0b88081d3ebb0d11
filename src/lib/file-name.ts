/** Safe file names, from names that clients and servers choose. */

/**
 * Returns a text as a file name: slashes, control characters and lone surrogates become "_".
 *
 * @returns null if nothing is left, or "." or ".."
 */
export function toFileName(text: string): string | null {
  const name = text.replace(/[/\\\p{Cc}\p{Cs}]/gu, '_');
  return ['', '.', '..'].includes(name) ? null : name;
}

/**
 * Returns the last part of a path of any system as a file name; null if it has none.
 *
 * @example
 * toBaseName('C:\\photos\\a.jpg') // 'a.jpg'
 */
export const toBaseName = (path: string): string | null =>
  toFileName(path.split(/^[a-z]:|[/\\]/i).findLast((part) => part !== '') ?? '');
