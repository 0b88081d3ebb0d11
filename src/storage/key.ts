/** What a key may be. A key that breaks the rules is a mistake of the caller and a plain TypeError. */

/** What S3 allows a key, in bytes of UTF-8. */
const LONGEST_KEY = 1024;
/** What file systems allow a name, in bytes of UTF-8. */
const LONGEST_PART = 255;

/** Why a part of a key is refused; null when it is good. */
export function faultOf(part: string): string | null {
  if (part === '') return 'has an empty part';
  if (part === '.' || part === '..') return 'has a part that is `.` or `..`';
  // Half of a surrogate pair has no bytes in UTF-8: two such names would become one.
  if (/[\\\p{Cc}\p{Cs}]/u.test(part)) return 'has a backslash, a control character or half a surrogate pair';
  if (Buffer.byteLength(part) > LONGEST_PART) return `has a part longer than ${LONGEST_PART} bytes`;
  return null;
}

/** Gives the key back, or throws TypeError. `reserved` may not be its first part. */
export function checkKey(key: string, reserved?: string): string {
  const parts = key.split('/');
  const fault =
    parts.map(faultOf).find((found) => found !== null) ??
    (Buffer.byteLength(key) > LONGEST_KEY ? `is longer than ${LONGEST_KEY} bytes` : null) ??
    (parts[0] === reserved ? `begins with ${reserved}, which is the store's own` : null);
  if (fault !== null) throw new TypeError(`The key ${JSON.stringify(key)} ${fault}`);
  return key;
}

/** Gives the prefix back, or throws TypeError: a prefix is a key and a `/`. */
export function checkPrefix(prefix: string, reserved?: string): string {
  if (!prefix.endsWith('/'))
    throw new TypeError(`The prefix ${JSON.stringify(prefix)} does not end in a slash`);
  checkKey(prefix.slice(0, -1), reserved);
  return prefix;
}

/** Compares as S3 orders keys, by bytes of UTF-8. Those of UTF-16 differ: they put U+FFEE behind every emoji. */
export function byBytes(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Moves surrogates, which stand for what lies above U+FFFF, behind the other units. */
const rank = (unit: number): number =>
  unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit;
