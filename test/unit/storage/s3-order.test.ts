import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inByteOrder, startBefore } from '../../../src/storage/s3/order.ts';

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const part = fc.constantFrom('a', 'b', '-', '/', '~', 'é', '\ud7ff', '\uffee', '\ue000', '📷', '📸');
const key = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
const prefix = fc.constantFrom('', 'a/', '📷/', '\uffee/é/');

// JavaScript sorts and compares strings by UTF-16 code units, as servers in Java do.
const orders: [string, (a: string, b: string) => number][] = [
  ['UTF-16', (a, b) => (a < b ? -1 : a > b ? 1 : 0)],
  ['bytes', byBytes],
];

it.each(orders)('lists in byte order on a server that orders keys by %s', async (_, compare) => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(key, { maxLength: 40 }),
      prefix,
      fc.option(key),
      fc.boolean(),
      async (names, at, name, inside) => {
        const keys = names.map((one) => at + one);
        const after = name === null ? '' : inside ? at + name : name;
        async function* serverList() {
          const start = startBefore(after, at);
          for (const found of keys.filter((one) => start === '' || compare(one, start) > 0).sort(compare))
            yield { key: found, size: 0, modified: new Date(0) };
        }
        const listed: string[] = [];
        for await (const object of inByteOrder(serverList(), at, after)) listed.push(object.key);
        expect(listed).toEqual(keys.filter((one) => byBytes(one, after) > 0).sort(byBytes));
      },
    ),
    { numRuns: 500 },
  );
});
