/**
 * Lists in ascending byte order on every server. Some servers, such as those in Java, order keys by UTF-16 code units. Both
 * orders agree except on characters from U+D800 of UTF-16: there, U+1F4F7 precedes U+FFEE.
 */
import type { ObjectInfo } from '../object-store.ts';

const HIGH_UNIT = /[\ud800-\uffff]/;

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The text before the first character on which orders may differ. */
const plainStart = (text: string): string => text.split(HIGH_UNIT, 1)[0] ?? '';

/** Returns the key after which a server must list, in either order, to list all keys after `after` that start with `prefix`. */
export const startBefore = (after: string, prefix: string): string =>
  after.startsWith(prefix) ? prefix + plainStart(after.slice(prefix.length)) : plainStart(after);

/**
 * Sorts objects by the bytes of their keys, and omits those that are not after `after`. Keys whose order may differ are
 * consecutive in both orders: they have the same start before their first high unit. Only those are held in memory.
 *
 * @param prefix - Start of all keys.
 */
export async function* inByteOrder(
  objects: AsyncIterable<ObjectInfo>,
  prefix: string,
  after: string,
): AsyncGenerator<ObjectInfo> {
  const sorted = (group: ObjectInfo[]) =>
    group.filter(({ key }) => byBytes(key, after) > 0).sort((a, b) => byBytes(a.key, b.key));
  let group: ObjectInfo[] = [];
  let groupStart = '';
  for await (const object of objects) {
    const start = plainStart(object.key.slice(prefix.length));
    const isHigh = prefix.length + start.length < object.key.length;
    if (group.length > 0 && !(isHigh && start === groupStart)) {
      yield* sorted(group);
      group = [];
    }
    if (isHigh) {
      group.push(object);
      groupStart = start;
    } else yield* sorted([object]);
  }
  yield* sorted(group);
}
