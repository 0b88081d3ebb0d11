import { PassThrough, Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { afterFirst, bytesOf, keysOf, type Suite, textOf } from './suite.ts';

const MiB = 1024 * 1024;

export function wholeOrAbsent(suite: Suite): void {
  describe('atomic writes', () => {
    const whole = (bytes: Buffer) =>
      `${bytes.length} × ${[...new Set(bytes)].map((byte) => String.fromCharCode(byte))}`;
    const sizeOf = (letter: string) => 200_000 + letter.charCodeAt(0) * 1_000;
    const object = (letter: string) => Buffer.alloc(sizeOf(letter), letter);
    const allowed = (letters: string[]) => letters.map((letter) => whole(object(letter)));

    it('readers get the old bytes or the new ones', async () => {
      const key = `${suite.at}object`;
      await suite.store.put(key, object('A'));
      let writing = true;
      const seen: string[] = [];
      const reader = async () => {
        do seen.push(whole(await bytesOf(suite.store, key)));
        while (writing);
      };
      const writer = async () => {
        for (let round = 0; round < 20; round++)
          await suite.store.put(key, Readable.from([object(round % 2 ? 'A' : 'B')]));
        writing = false;
      };
      await Promise.all([writer(), reader(), reader(), reader()]);
      expect(allowed(['A', 'B'])).toEqual(expect.arrayContaining([...new Set(seen)]));
    });

    it('one of several concurrent writers wins', async () => {
      const letters = ['A', 'B', 'C', 'D', 'E', 'F'];
      for (let round = 0; round < 5; round++) {
        await Promise.all(
          letters.map((letter) => suite.store.put(`${suite.at}object`, Readable.from([object(letter)]))),
        );
        expect(allowed(letters)).toContain(whole(await bytesOf(suite.store, `${suite.at}object`)));
      }
      expect(await keysOf(suite.store, suite.at)).toEqual([`${suite.at}object`]);
    });

    it('a reader that started before an overwrite or a deletion gets the old bytes', async () => {
      const large = Buffer.alloc(8 * MiB, 'A');
      await suite.store.put(`${suite.at}object`, large);
      const stream = await suite.store.get(`${suite.at}object`);
      const chunks: Buffer[] = [];
      for await (const chunk of stream ?? []) {
        if (chunks.length === 0) {
          await suite.store.put(`${suite.at}object`, 'new');
          await suite.store.delete(`${suite.at}object`);
        }
        chunks.push(chunk);
      }
      expect(Buffer.concat(chunks).equals(large)).toBe(true);
    });

    it('a writer is not affected by deletions of other objects', async () => {
      const rounds = 30;
      const put = async () => {
        for (let round = 0; round < rounds; round++) {
          await suite.store.put(`${suite.at}a/b/kept-${round}`, 'kept');
          await suite.store.delete(`${suite.at}a/b/kept-${round}`);
        }
      };
      const puts = async () => {
        for (let round = 0; round < rounds; round++) {
          await suite.store.put(`${suite.at}a/b/other`, 'other');
          expect(await textOf(suite.store, `${suite.at}a/b/other`)).toBe('other');
          await suite.store.delete(`${suite.at}a/b/other`);
        }
      };
      await Promise.all([put(), puts()]);
      await suite.store.put(`${suite.at}a/b/last`, 'last');
      expect(await keysOf(suite.store, suite.at)).toEqual([`${suite.at}a/b/last`]);
    });
  });

  describe('failing sources', () => {
    beforeEach(() => suite.store.put(`${suite.at}object`, 'old'));

    const unchanged = async () => {
      expect(await textOf(suite.store, `${suite.at}object`)).toBe('old');
      expect(await keysOf(suite.store, suite.at)).toEqual([`${suite.at}object`]);
    };

    it('keep the old object, and their error is passed on unchanged', async () => {
      // Looks like an error of the store's own disk, and is not.
      const error = Object.assign(new Error('the source broke'), { code: 'EIO', errno: -5 });
      const source = afterFirst('new', (stream) => stream.destroy(error));
      await expect(suite.store.put(`${suite.at}object`, source)).rejects.toBe(error);
      await unchanged();
    });

    it('may fail before they are read', async () => {
      const error = new Error('could not be opened');
      const source = new PassThrough();
      process.nextTick(() => source.destroy(error));
      await expect(suite.store.put(`${suite.at}object`, source)).rejects.toBe(error);
      const broken = new PassThrough().on('error', () => {});
      broken.destroy(error);
      await expect(suite.store.put(`${suite.at}object`, broken)).rejects.toThrow();
      await unchanged();
    });

    it('may close without an end', async () => {
      const source = afterFirst('new', (stream) => stream.destroy());
      await expect(suite.store.put(`${suite.at}object`, source)).rejects.toThrow();
      await unchanged();
    });

    it('do not create an object either', async () => {
      const source = afterFirst('new', (stream) => stream.destroy(new Error('broke')));
      await expect(suite.store.put(`${suite.at}fresh/object`, source)).rejects.toThrow('broke');
      expect(await suite.store.head(`${suite.at}fresh/object`)).toBeNull();
      await unchanged();
    });

    it('an abort before the start rejects with its reason', async () => {
      const reason = new Error('enough');
      for (const body of ['new', Readable.from(['new'])]) {
        await expect(
          suite.store.put(`${suite.at}object`, body, { signal: AbortSignal.abort(reason) }),
        ).rejects.toBe(reason);
      }
      await unchanged();
    });

    it('an abort while the source stalls rejects with its reason and closes the source', async () => {
      const abort = new AbortController();
      const reason = new Error('enough');
      const source = afterFirst('new', () => abort.abort(reason));
      await expect(suite.store.put(`${suite.at}object`, source, { signal: abort.signal })).rejects.toBe(
        reason,
      );
      expect(source.destroyed).toBe(true);
      await unchanged();
    });

    it('an abort afterwards changes nothing', async () => {
      const abort = new AbortController();
      await suite.store.put(`${suite.at}object`, Readable.from(['new']), { signal: abort.signal });
      abort.abort();
      expect(await textOf(suite.store, `${suite.at}object`)).toBe('new');
    });
  });
}
