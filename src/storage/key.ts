/** Rules for the keys of objects. A key that breaks them is a mistake of the caller and throws a TypeError. */

/** The limit of S3, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;
/** The limit of file systems for a name, in bytes of UTF-8. */
const MAX_PART_BYTES = 255;

/** What is wrong with a part of a key, as the end of a sentence; null when nothing is. */
export function findPartFault(part: string): string | null {
  if (part === '') return 'has an empty part';
  if (part === '.' || part === '..') return 'has a part that is `.` or `..`';
  // Half of a surrogate pair has no UTF-8 encoding: two such names would become the same bytes.
  if (/[\\\p{Cc}\p{Cs}]/u.test(part)) return 'has a backslash, a control character or half a surrogate pair';
  if (Buffer.byteLength(part) > MAX_PART_BYTES) return `has a part longer than ${MAX_PART_BYTES} bytes`;
  return null;
}

/** What is wrong with a key, as the end of a sentence; null when nothing is. */
export const findKeyFault = (key: string): string | null =>
  key
    .split('/')
    .map(findPartFault)
    .find((fault) => fault !== null) ??
  (Buffer.byteLength(key) > MAX_KEY_BYTES ? `is longer than ${MAX_KEY_BYTES} bytes` : null);

/**
 * Returns the key.
 *
 * @param reserved A first part that the store uses itself.
 * @throws {TypeError} When the key is invalid.
 */
export function checkKey(key: string, reserved?: string): string {
  const isReserved = reserved !== undefined && key.split('/')[0] === reserved;
  const fault =
    findKeyFault(key) ?? (isReserved ? `begins with ${reserved}, which the store uses itself` : null);
  if (fault !== null) throw new TypeError(`The key ${JSON.stringify(key)} ${fault}`);
  return key;
}

/** Returns the prefix. Throws TypeError unless it is a valid key followed by a slash. */
export function checkPrefix(prefix: string, reserved?: string): string {
  if (!prefix.endsWith('/'))
    throw new TypeError(`The prefix ${JSON.stringify(prefix)} does not end with a slash`);
  checkKey(prefix.slice(0, -1), reserved);
  return prefix;
}

/** Compares keys by bytes of UTF-8, as S3 does. Comparing UTF-16 differs: it sorts U+FFEE after every emoji. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Sorts surrogates, which stand for characters above U+FFFF, after all other code units. */
const rank = (unit: number): number =>
  unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit;
