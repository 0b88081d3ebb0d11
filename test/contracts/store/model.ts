/** The store as a map: a random sequence of calls must leave both with the same objects, and lists must agree on the way. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { keysOf, type Suite, textOf } from './suite.ts';

type Command =
  | { do: 'put'; key: string; body: string }
  | { do: 'delete'; key: string }
  | { do: 'deleteAll'; prefix: string }
  | { do: 'list'; prefix: string; after: string };

// Few, so that commands meet; each sorts on another side of `/` or of the surrogates than one would think.
const folder = fc.constantFrom('a', 'a-', 'a0', 'a a', 'é', '📷', '\uffee');
// No key may be a folder of another: only objects have a dot.
const file = fc.constantFrom('a.', 'a-.', 'a.b', '.a', 'é.', '📷.', '\uffee.');
const folders = fc.array(folder, { maxLength: 2 });
const key = fc.tuple(folders, file).map(([above, name]) => [...above, name].join('/'));
const body = fc.oneof(fc.string(), fc.constant('x'.repeat(300_000)));

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('put' as const), key, body }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('deleteAll' as const),
      prefix: fc.tuple(folder, folders).map(([first, more]) => `${[first, ...more].join('/')}/`),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('list' as const),
      prefix: folders.map((parts) => parts.map((part) => `${part}/`).join('')),
      after: fc.oneof(fc.constant(''), key, folder),
    }),
  },
);

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export async function agreesWithModel(suite: Suite): Promise<void> {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 40 }), async (commands) => {
      const at = `${suite.at}${runs++}/`;
      const model = new Map<string, string>();
      const listed = (prefix: string, after: string) =>
        [...model.keys()].filter((name) => name.startsWith(prefix) && byBytes(name, after) > 0).sort(byBytes);

      for (const next of commands) {
        if (next.do === 'list') {
          const found = await keysOf(suite.store, at + next.prefix, at + next.after);
          expect(found).toEqual(listed(next.prefix, next.after).map((name) => at + name));
        } else if (next.do === 'delete') {
          await suite.store.delete(at + next.key);
          model.delete(next.key);
        } else if (next.do === 'deleteAll') {
          await suite.store.deleteAll(at + next.prefix);
          for (const name of listed(next.prefix, '')) model.delete(name);
        } else {
          await suite.store.put(at + next.key, next.body);
          model.set(next.key, next.body);
        }
      }
      expect(await keysOf(suite.store, at)).toEqual(listed('', '').map((name) => at + name));
      for (const [name, content] of model) expect(await textOf(suite.store, at + name)).toBe(content);
    }),
    { numRuns: 25 },
  );
}
