import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { safeNames } from '../../../src/api/zip/names.ts';
import { type ZipFile, zipEtag } from '../../../src/api/zip/zip-response.ts';
import { fileOf, lacksPython, readByPython, serveZip, sha256 } from '../../support/zip-server.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-zip-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a ZIP', () => {
  it('has content type, length and file name', async () => {
    const answer = await fetch(await serveZip([fileOf('a.txt', 'a')]));
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition':
        'attachment; filename="gr__e (1).zip"; filename*=UTF-8\'\'gr%C3%B6%C3%9Fe%20%281%29.zip',
      'accept-ranges': 'none',
      'content-length': String((await answer.arrayBuffer()).byteLength),
    });
  });

  it.skipIf(lacksPython)('of any files is readable by Python and has the announced length', async () => {
    const file = fc.record({
      path: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('a', 'a/b', 'A', '../a', 'ü/日本.jpg')),
      bytes: fc.oneof(
        fc.uint8Array({ maxLength: 500 }),
        fc.nat(300_000).map((n) => Buffer.alloc(n, 7)),
      ),
      modified: fc.date({ min: new Date(0), max: new Date('2120-01-01'), noInvalidDate: true }),
      web: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(file, { maxLength: 8 }), async (files) => {
        const open = (bytes: Uint8Array, web: boolean) => async () => {
          const pieces = [bytes.subarray(0, 1000), bytes.subarray(1000)].filter(({ length }) => length > 0);
          const readable = Readable.from(pieces);
          return web ? (Readable.toWeb(readable) as ReadableStream<Uint8Array>) : readable;
        };
        const url = await serveZip(
          files.map(({ path, bytes, modified, web }) =>
            fileOf(path, bytes, { modified, open: open(bytes, web) }),
          ),
        );
        const answer = await fetch(url);
        const zip = await buffer(answer.body as never);
        expect(zip.length).toBe(Number(answer.headers.get('content-length')));
        const names = safeNames(files.map(({ path }) => path));
        await writeFile(join(folder, 'read.zip'), zip);
        expect(await readByPython(join(folder, 'read.zip'))).toEqual(
          files.map(({ bytes, modified }, index) => [names[index], dosTime(modified), sha256(bytes)]),
        );
      }),
      { numRuns: 20 },
    );
  });

  /** What is left of a time in a ZIP: two-second steps, from 1980 to 2107. */
  const dosTime = (time: Date): number[] => {
    const date = new Date(Math.min(Math.max(time.getTime(), Date.UTC(1980, 0, 1)), Date.UTC(2107, 11, 31)));
    const day = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    return [...day, date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds() & ~1];
  };

  it('has the same bytes on every server', async () => {
    const files = [fileOf('a', 'a'), fileOf('b', 'b', { modified: new Date('2026-07-01T12:00:00Z') })];
    const url = await serveZip(files);
    const { TZ } = process.env;
    const made = [];
    // In the first of them the local time of `modified` does not exist.
    for (const zone of ['Europe/Berlin', 'UTC', 'Asia/Kolkata']) {
      process.env['TZ'] = zone;
      made.push(sha256(await buffer((await fetch(url)).body as never)));
    }
    if (TZ === undefined) delete process.env['TZ'];
    else process.env['TZ'] = TZ;
    expect(new Set(made).size).toBe(1);
  });

  it('answers HEAD and If-None-Match without opening a file', async () => {
    const never = async (): Promise<Readable> => {
      throw new Error('opened');
    };
    const files = [fileOf('a', 'abc', { open: never })];
    const url = await serveZip(files);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('etag')]).toEqual([200, zipEtag(files)]);
    const length = (await (await fetch(await serveZip([fileOf('a', 'abc')]))).arrayBuffer()).byteLength;
    expect(head.headers.get('content-length')).toBe(String(length));
    const again = await fetch(url, { headers: { 'if-none-match': zipEtag(files) } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it('has another ETag for other files', () => {
    const files = [fileOf('a', 'a'), fileOf('b', 'b')];
    const others = [
      [...files].reverse(),
      files.slice(1),
      [fileOf('a', 'x'), fileOf('b', 'b')],
      [fileOf('a', 'a'), fileOf('c', 'b')],
      [fileOf('a', 'a'), fileOf('b', 'b', { modified: new Date(0) })],
    ];
    expect(new Set([files, ...others].map(zipEtag)).size).toBe(others.length + 1);
    expect(zipEtag([fileOf('a', 'a'), fileOf('b', 'b')])).toBe(zipEtag(files));
  });
});

describe('a ZIP that is sent incompletely', () => {
  it('closes the open source and opens no other', async () => {
    const opened: string[] = [];
    const closed: string[] = [];
    const endless = (path: string) =>
      fileOf(path, '', {
        size: 1e12,
        open: async () => {
          opened.push(path);
          const source = new Readable({ read: () => void source.push(Buffer.alloc(65_536)) });
          return source.once('close', () => closed.push(path));
        },
      });
    const call = get(await serveZip([fileOf('first', '1'), endless('second'), endless('third')]));
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    for await (const _ of response) break;
    call.destroy();
    await expect.poll(() => closed).toEqual(['second']);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(opened).toEqual(['second']);
  });

  it('closes a source that was still being opened', async () => {
    let isOpen = () => {};
    const waiting = new Promise<void>((resolve) => {
      isOpen = resolve;
    });
    let opening = () => {};
    const begun = new Promise<void>((resolve) => {
      opening = resolve;
    });
    const source = new Readable({ read: () => {} });
    const slow = fileOf('slow', 'abc', {
      open: async () => {
        opening();
        await waiting;
        return source;
      },
    });
    const call = get(await serveZip([fileOf('first', Buffer.alloc(200_000)), slow]));
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    response.on('error', () => {}).resume();
    await begun;
    call.destroy();
    await new Promise((resolve) => response.once('close', resolve));
    await new Promise((resolve) => setTimeout(resolve, 50));
    isOpen();
    await expect.poll(() => source.destroyed).toBe(true);
  });

  describe.each([[true], [false]])('(headers changed: %s)', (changed) => {
    it.each<[string, Partial<ZipFile>]>([
      ['fails', { open: async () => Readable.from(failing()) }],
      ['cannot be opened', { open: () => Promise.reject(new Error('no /secret/path')) }],
      ['is too short', { size: 200_001 }],
      ['is too long', { size: 199_999 }],
    ])('is cut when a file %s', async (_, more) => {
      const bad = fileOf('b', Buffer.alloc(200_000), more);
      for (const files of [[fileOf('a', 'a'), bad, fileOf('c', 'c')], [bad]]) {
        const call = get(await serveZip(files, { changed }));
        const [response] = (await once(call, 'response')) as [IncomingMessage];
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {});
        await new Promise((resolve) => response.once('close', resolve));
        expect(response.statusCode === 200 && response.complete).toBe(false);
        expect(Buffer.concat(chunks).toString('latin1')).not.toContain('secret');
      }
    });
  });

  async function* failing() {
    yield Buffer.alloc(100_000);
    throw new Error('the disk is on fire at /secret/path');
  }
});

describe('names in a ZIP', () => {
  it.each([
    [['/etc/passwd'], ['etc/passwd']],
    [
      ['../../x', 'C:\\z\\y.jpg', 'C:/../C:D:y', '..', ''],
      ['x', 'z/y.jpg', 'y', 'file', 'file (2)'],
    ],
    [
      ['a.jpg', 'A.JPG', 'a.jpg', 'a (2).jpg'],
      ['a.jpg', 'A (2).JPG', 'a (3).jpg', 'a (2) (2).jpg'],
    ],
    [
      ['d/.env', 'd/.env', 'x.tar.gz', 'x.tar.gz'],
      ['d/.env', 'd/.env (2)', 'x.tar.gz', 'x.tar (2).gz'],
    ],
    [
      ['a', 'a/b', 'a/b/c'],
      ['a (2)', 'a/b (2)', 'a/b/c'],
    ],
    [
      ['ü', 'u\u0308'],
      ['ü', 'u\u0308 (2)'],
    ],
    [['a\0\n'], ['a__']],
  ])('%j become %j', (paths, names) => {
    expect(safeNames(paths)).toEqual(names);
  });

  it('are safe and unique for any paths', () => {
    const piece = fc.constantFrom('a', 'A', 'b', '/', '\\', '.', '..', 'C:', ' (2)', 'a (2)', '.jpg', '\0');
    const path = fc.oneof(
      fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(path, { maxLength: 30 }), (paths) => {
        const names = safeNames(paths);
        const keys = names.map((name) => name.normalize('NFC').toLowerCase());
        expect(new Set(keys).size).toBe(paths.length);
        for (const name of names) {
          expect(name).not.toMatch(/^\/|^[a-z]:|\\|\0|(^|\/)\.{0,2}(\/|$)/i);
        }
        for (const key of keys) expect(keys.some((other) => other.startsWith(`${key}/`))).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});
