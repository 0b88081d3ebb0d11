import { randomUUID } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { bytesOf, digest, keysOf, type Suite, textOf } from './suite.ts';

const MiB = 1024 * 1024;

export function objects(suite: Suite): void {
  describe('writing and reading', () => {
    const every = Buffer.from(Uint8Array.from({ length: 256 }, (_, value) => value));

    it.each([
      ['bytes', () => every, every],
      ['part of a larger buffer', () => every.subarray(16, 32), every.subarray(16, 32)],
      ['a string', () => 'très bien 📷', Buffer.from('très bien 📷')],
      ['a stream', () => Readable.from([every, every]), Buffer.concat([every, every])],
      ['a stream of strings', () => Readable.from(['é', '📷']), Buffer.from('é📷')],
      [
        'a stream of very many small chunks',
        () => Readable.from(Array(20_000).fill(every)),
        Buffer.concat(Array(20_000).fill(every)),
      ],
      ['no bytes', () => new Uint8Array(), Buffer.alloc(0)],
      ['an empty string', () => '', Buffer.alloc(0)],
      ['an empty stream', () => Readable.from([]), Buffer.alloc(0)],
    ])('returns %s', async (_, body, expected) => {
      const written = await suite.store.put(`${suite.at}object`, body());
      expect(written).toEqual(digest(expected));
      expect((await bytesOf(suite.store, `${suite.at}object`)).equals(expected)).toBe(true);
      expect(await suite.store.head(`${suite.at}object`)).toMatchObject({
        key: `${suite.at}object`,
        size: expected.length,
      });
    });

    it('returns the time of the write', async () => {
      const before = Date.now();
      await suite.store.put(`${suite.at}object`, 'x');
      const info = await suite.store.head(`${suite.at}object`);
      // Stores keep whole seconds, and their clocks differ.
      expect(Math.abs((info?.modified.getTime() ?? 0) - before)).toBeLessThan(60_000);
    });

    it('returns null for a missing object', async () => {
      await suite.store.put(`${suite.at}folder/object`, 'x');
      for (const key of ['missing', 'missing/below', 'folder', 'folder/object/below']) {
        expect(await suite.store.get(`${suite.at}${key}`), key).toBeNull();
        expect(await suite.store.head(`${suite.at}${key}`), key).toBeNull();
      }
    });

    it('distinguishes unusual names', async () => {
      const names = [
        'a b',
        'a%20b',
        'a+b',
        'a:b',
        "it's",
        '"q"',
        'é',
        'e\u0301',
        'É',
        '📷',
        '写真',
        '#1',
        '?x=1',
        '&',
        '*',
        '~',
        '.hidden',
        '..x',
        '-rf',
        'a=b;c',
        '<b>',
        '$HOME',
        '{}',
        '[0]',
        '|',
        'x'.repeat(200),
      ];
      for (const odd of names) await suite.store.put(`${suite.at}${odd}/${odd}`, odd);
      for (const odd of names) expect(await textOf(suite.store, `${suite.at}${odd}/${odd}`)).toBe(odd);
      expect((await keysOf(suite.store, suite.at)).sort()).toEqual(
        names.map((odd) => `${suite.at}${odd}/${odd}`).sort(),
      );
      for (const odd of names)
        expect(await keysOf(suite.store, `${suite.at}${odd}/`)).toEqual([`${suite.at}${odd}/${odd}`]);
      for (const odd of names) await suite.store.deleteAll(`${suite.at}${odd}/`);
      expect(await keysOf(suite.store, suite.at)).toEqual([]);
    });

    it('names a local file only with the content of the object', async () => {
      await suite.store.put(`${suite.at}object`, 'content');
      const path = suite.store.localPath(`${suite.at}object`);
      if (path !== null) expect((await stat(path)).size).toBe('content'.length);
    });
  });

  describe('ranges', () => {
    it.each([
      [0, 0, '0'],
      [9, 9, '9'],
      [3, 6, '3456'],
      [0, 9, '0123456789'],
      [7, 100, '789'],
      [10, 100, ''],
    ])('returns bytes %i to %i', async (start, end, expected) => {
      await suite.store.put(`${suite.at}object`, '0123456789');
      expect(await textOf(suite.store, `${suite.at}object`, { start, end })).toBe(expected);
    });

    it('returns a byte in the middle of a large object', async () => {
      const large = Buffer.alloc(3 * MiB, 'a');
      large.write('needle', 2 * MiB - 3);
      await suite.store.put(`${suite.at}object`, large);
      expect(await textOf(suite.store, `${suite.at}object`, { start: 2 * MiB - 4, end: 2 * MiB + 3 })).toBe(
        'aneedlea',
      );
      expect(
        (await bytesOf(suite.store, `${suite.at}object`, { start: 1, end: 2 * MiB })).equals(
          large.subarray(1, 2 * MiB + 1),
        ),
      ).toBe(true);
    });

    it('aborts before the first byte and in the middle', async () => {
      await suite.store.put(`${suite.at}object`, Buffer.alloc(16 * MiB));
      const abort = new AbortController();
      const { signal } = abort;
      const body = await suite.store.get(`${suite.at}object`, { signal });
      const read = async () => {
        for await (const _ of body ?? []) abort.abort(new Error('enough'));
      };
      await expect(read()).rejects.toMatchObject({ name: 'AbortError' });
      await expect(suite.store.get(`${suite.at}object`, { signal })).rejects.toThrow('enough');
    });

    it('returns null for a missing object', async () => {
      expect(await suite.store.get(`${suite.at}missing`, { start: 0, end: 1 })).toBeNull();
    });
  });

  const localFile = async (content: string): Promise<string> => {
    const path = join(suite.local, `file-${randomUUID()}`);
    await writeFile(path, content);
    return path;
  };

  describe('adopting a file', () => {
    it('moves the file to the object', async () => {
      const path = await localFile('picture');
      expect(await suite.store.adopt(`${suite.at}new/object`, path)).toEqual(digest('picture'));
      expect(await textOf(suite.store, `${suite.at}new/object`)).toBe('picture');
      await expect(stat(path)).rejects.toThrow('ENOENT');
    });

    it('replaces an object', async () => {
      await suite.store.put(`${suite.at}object`, 'something longer');
      await suite.store.adopt(`${suite.at}object`, await localFile('new'));
      expect(await textOf(suite.store, `${suite.at}object`)).toBe('new');
    });

    it('keeps the file after an abort', async () => {
      const path = await localFile('picture');
      const reason = new Error('enough');
      await expect(
        suite.store.adopt(`${suite.at}object`, path, { signal: AbortSignal.abort(reason) }),
      ).rejects.toBe(reason);
      expect((await stat(path)).size).toBe(7);
      expect(await suite.store.head(`${suite.at}object`)).toBeNull();
    });

    it('fails without a file', async () => {
      await expect(suite.store.adopt(`${suite.at}object`, join(suite.local, 'missing'))).rejects.toThrow();
      expect(await suite.store.head(`${suite.at}object`)).toBeNull();
    });
  });

  describe('copying an object', () => {
    const copy = (from: string, key: string) => suite.store.copy(`${suite.at}${from}`, `${suite.at}${key}`);

    it.each([
      ['a+b 100%/très bien', 'picture'],
      ['empty', ''],
    ])('returns the digests of %s, and leaves the original', async (from, content) => {
      await suite.store.put(`${suite.at}${from}`, content);
      expect(await copy(from, 'new/copy')).toEqual(digest(content));
      for (const key of [from, 'new/copy'])
        expect(await textOf(suite.store, `${suite.at}${key}`)).toBe(content);
    });

    it('makes objects that do not depend on each other', async () => {
      await suite.store.put(`${suite.at}first`, 'original');
      for (const key of ['second', 'third']) await copy('first', key);
      await suite.store.put(`${suite.at}second`, 'changed');
      expect(await textOf(suite.store, `${suite.at}first`)).toBe('original');
      await suite.store.delete(`${suite.at}first`);
      expect(await textOf(suite.store, `${suite.at}third`)).toBe('original');
      await copy('third', 'second');
      await copy('third', 'second');
      await suite.store.delete(`${suite.at}third`);
      expect(await textOf(suite.store, `${suite.at}second`)).toBe('original');
    });

    it('copies many megabytes', async () => {
      const large = Buffer.alloc(17 * MiB, 'large ');
      await suite.store.put(`${suite.at}large`, large);
      expect(await copy('large', 'copy')).toEqual(digest(large));
    });

    it('returns null for a missing object, and keeps what is at the key', async () => {
      await suite.store.put(`${suite.at}folder/kept`, 'kept');
      for (const from of ['missing', 'missing/below', 'folder'])
        expect(await copy(from, 'folder/kept'), from).toBeNull();
      expect(await textOf(suite.store, `${suite.at}folder/kept`)).toBe('kept');
    });

    it('copies nothing after an abort', async () => {
      await suite.store.put(`${suite.at}object`, 'x');
      const signal = AbortSignal.abort(new Error('enough'));
      await expect(suite.store.copy(`${suite.at}object`, `${suite.at}copy`, { signal })).rejects.toThrow(
        'enough',
      );
      expect(await suite.store.head(`${suite.at}copy`)).toBeNull();
    });
  });
}
