import { describe, expect, it } from 'vitest';
import { keysOf, type Suite } from './suite.ts';

export function lists(suite: Suite): void {
  describe('lists', () => {
    // In the order of S3: by bytes of the whole key, so that `/` counts as a character of its own value.
    const sorted = [
      ' x',
      '!',
      '-',
      'A',
      'a!',
      'a-b',
      'a.b',
      'a/b',
      'a/b-c',
      'a/b.c/d',
      'a/b0',
      'a/c/d/e',
      'a0',
      'a:',
      'aa',
      'b/a',
      'z',
      '~',
      'é',
      '\uffee',
      '📷',
    ];
    const keys = () => sorted.map((key) => `${suite.at}${key}`);
    const fill = () =>
      Promise.all(
        keys()
          .reverse()
          .map((key) => suite.store.put(key, key)),
      );

    it('are in ascending byte order', async () => {
      await fill();
      expect(await keysOf(suite.store, suite.at)).toEqual(keys());
      const all = await keysOf(suite.store, '');
      expect(all).toEqual([...all].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      expect(all).toEqual(expect.arrayContaining(keys()));
    });

    it('have sizes and times', async () => {
      await suite.store.put(`${suite.at}object`, '12345');
      for await (const info of suite.store.list(suite.at))
        expect(info).toEqual(await suite.store.head(`${suite.at}object`));
    });

    it('have only the folder', async () => {
      await fill();
      expect(await keysOf(suite.store, `${suite.at}a/`)).toEqual(
        keys().filter((key) => key.startsWith(`${suite.at}a/`)),
      );
      expect(await keysOf(suite.store, `${suite.at}a/b.c/`)).toEqual([`${suite.at}a/b.c/d`]);
      expect(await keysOf(suite.store, `${suite.at}unknown/`)).toEqual([]);
      expect(await keysOf(suite.store, `${suite.at}a0/`)).toEqual([]);
    });

    it('start after any key, whether or not it exists', async () => {
      await fill();
      for (const after of [
        ...sorted,
        'a',
        'a/',
        'a/b.',
        'a/b.c/',
        'a/b/x',
        'a/c',
        'a/c/d/e/f',
        'a/z',
        'b',
        '\u{1f4f8}',
        '',
      ]) {
        const rest = keys().filter(
          (key) => Buffer.compare(Buffer.from(key), Buffer.from(`${suite.at}${after}`)) > 0,
        );
        expect(await keysOf(suite.store, suite.at, `${suite.at}${after}`), after).toEqual(rest);
      }
      expect(await keysOf(suite.store, suite.at, 'a')).toEqual(keys());
      expect(await keysOf(suite.store, suite.at, 'd')).toEqual([]);
    });

    it('can be long and be stopped early', async () => {
      const long = Array.from(
        { length: 1_100 },
        (_, index) => `${suite.at}${String(index).padStart(5, '0')}`,
      );
      for (let from = 0; from < long.length; from += 50) {
        await Promise.all(long.slice(from, from + 50).map((key) => suite.store.put(key, '')));
      }
      expect(await keysOf(suite.store, suite.at)).toEqual(long);
      for await (const { key } of suite.store.list(suite.at, { after: long[700] ?? '' })) {
        expect(key).toBe(long[701]);
        break;
      }
    });
  });

  describe('deletions', () => {
    it('delete only the object, and are idempotent', async () => {
      await Promise.all(
        ['a', 'b', 'b-c', 'd/e', 'd/f'].map((key) => suite.store.put(`${suite.at}${key}`, key)),
      );
      for (const key of ['b', 'b', 'd', 'd/e', 'missing', 'missing/below', 'a/below'])
        await suite.store.delete(`${suite.at}${key}`);
      expect(await keysOf(suite.store, suite.at)).toEqual([
        `${suite.at}a`,
        `${suite.at}b-c`,
        `${suite.at}d/f`,
      ]);
      expect(await suite.store.get(`${suite.at}b`)).toBeNull();
    });

    it('of a folder delete only its objects, and are idempotent', async () => {
      await Promise.all(
        ['a', 'd/e', 'd/f/g', 'd/f/h', 'd-e', 'd.'].map((key) => suite.store.put(`${suite.at}${key}`, key)),
      );
      for (const prefix of ['d/', 'd/', 'a/', 'missing/', 'missing/below/', 'a/below/'])
        await suite.store.deleteAll(`${suite.at}${prefix}`);
      expect(await keysOf(suite.store, suite.at)).toEqual([
        `${suite.at}a`,
        `${suite.at}d-e`,
        `${suite.at}d.`,
      ]);
      await suite.store.put(`${suite.at}d/e`, 'again');
      expect(await keysOf(suite.store, `${suite.at}d/`)).toEqual([`${suite.at}d/e`]);
    });

    it('reject the whole store and incomplete folder names', async () => {
      await suite.store.put(`${suite.at}a`, 'a');
      await expect(suite.store.deleteAll('')).rejects.toThrow(TypeError);
      await expect(suite.store.deleteAll(suite.at.slice(0, -1))).rejects.toThrow(TypeError);
      expect(await keysOf(suite.store, suite.at)).toEqual([`${suite.at}a`]);
    });
  });
}
