import { execFile, spawnSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsed, sendRaw, sha256, startFormServer, type Taken } from '../../support/form-server.ts';

const run = promisify(execFile);
const utf8 = (text: string) => Buffer.from(text);

/** A form whose only part has this disposition. */
const oneFile = (disposition: string, headers = '') =>
  utf8(`--b\r\nContent-Disposition: form-data; name="f"; ${disposition}\r\n${headers}\r\nx\r\n--b--\r\n`);

describe('a form', () => {
  it('yields fields and files in the order of the client', async () => {
    const { url } = await startFormServer();
    const form = new FormData();
    form.append('job', '{"operation":"system.echo"}');
    form.append('photo', new Blob(['one'], { type: 'image/JPEG' }), 'a.jpg');
    form.append('note', 'grüße');
    form.append('photo', new Blob([]), 'empty.bin');
    const answer = await fetch(url, { method: 'POST', body: form });
    expect(await answer.json()).toEqual([
      { field: 'job', text: '{"operation":"system.echo"}' },
      { field: 'photo', fileName: 'a.jpg', mediaType: 'image/jpeg', sha256: sha256(utf8('one')), size: 3 },
      { field: 'note', text: 'grüße' },
      {
        field: 'photo',
        fileName: 'empty.bin',
        mediaType: 'application/octet-stream',
        sha256: sha256(utf8('')),
        size: 0,
      },
    ]);
  });

  it('yields the next part only after the file has been consumed', async () => {
    const order: string[] = [];
    const { url } = await startFormServer({
      onField: (name) => void order.push(name),
      onFile: async ({ field }, body) => {
        order.push(`${field} begins`);
        for await (const _ of body) await turn();
        for (let turns = 0; turns < 20; turns++) await turn();
        order.push(`${field} ends`);
        return { field };
      },
    });
    const form = new FormData();
    form.append('a', 'field');
    form.append('b', new Blob([Buffer.alloc(300_000)]), 'b');
    form.append('c', new Blob(['small']), 'c');
    form.append('d', 'field');
    await fetch(url, { method: 'POST', body: form });
    expect(order).toEqual(['a', 'b begins', 'b ends', 'c begins', 'c ends', 'd']);
  });

  it('continues if a file is not read, or not completely', async () => {
    const { url } = await startFormServer({
      onFile: async ({ field }, body) => {
        if (field === 'part') for await (const _ of body) break;
        return { field };
      },
    });
    const form = new FormData();
    for (const name of ['unread', 'part', 'unread']) form.append(name, new Blob([Buffer.alloc(1e6)]), 'x');
    form.append('last', 'here');
    const answer = await fetch(url, { method: 'POST', body: form });
    expect(await answer.json()).toEqual([
      { field: 'unread' },
      { field: 'part' },
      { field: 'unread' },
      { field: 'last', text: 'here' },
    ]);
  });

  it('may be empty, and may have a preamble and an epilogue', async () => {
    const { port } = await startFormServer();
    expect(parsed(await sendRaw(port, [utf8('--b--\r\n')]))).toEqual({ status: 200, body: [] });
    const wordy =
      'hello\r\n--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--\r\nbye\r\n--b\r\nbye';
    expect(parsed(await sendRaw(port, [utf8(wordy)])).body).toEqual([{ field: 'a', text: '1' }]);
  });

  it('may have many parts in one chunk', async () => {
    const { port } = await startFormServer({ limits: { fields: 1000 } });
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const part = '--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n';
    const { body } = parsed(await sendRaw(port, [utf8(`${part.repeat(1000)}--b--`)]));
    await turn();
    process.off('warning', onWarning);
    expect(body).toEqual(Array.from({ length: 1000 }, () => ({ field: 'a', text: '1' })));
    expect(warnings).toEqual([]);
  });

  it('leaves the connection usable', async () => {
    const { url } = await startFormServer();
    for (let round = 0; round < 3; round++) {
      const form = new FormData();
      form.append('n', String(round));
      const answer = await fetch(url, { method: 'POST', body: form });
      expect(answer.headers.get('connection')).toBe('keep-alive');
      expect(await answer.json()).toEqual([{ field: 'n', text: String(round) }]);
    }
  });
});

describe('any split of the body into chunks', () => {
  const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((s) => isName(s));
  const bytes = fc
    .oneof(
      fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
      // What looks almost like a boundary.
      fc
        .array(fc.constantFrom('\r', '\n', '\r\n', '-', '--', '--frontie', '\r\n--frontie', 'x'), {
          maxLength: 30,
        })
        .map((pieces) => utf8(pieces.join(''))),
      fc.nat(200_000).map((size) => Buffer.alloc(size, '\r\n--')),
    )
    .filter((buffer) => !buffer.includes('\r\n--frontier'));
  const part = fc.record({ name, file: fc.boolean(), fileName: name, bytes });
  const isName = (text: string) => /^[^\p{C}"\\/%:]+$/u.test(text) && !/^\.+$/.test(text);

  it('yields the same parts', async () => {
    const { port } = await startFormServer();
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 40 }),
        async (parts, sizes) => {
          const whole = Buffer.concat([
            ...parts.map(({ name, file, fileName, bytes }) =>
              Buffer.concat([
                utf8(`--frontier\r\nContent-Disposition: form-data; name="${name}"`),
                utf8(file ? `; filename="${fileName}"\r\n\r\n` : '\r\nContent-Type: image/x-raw\r\n\r\n'),
                bytes,
                utf8('\r\n'),
              ]),
            ),
            utf8('--frontier--\r\n'),
          ]);
          const { status, body } = parsed(
            await sendRaw(port, split(whole, sizes), 'multipart/form-data; boundary="frontier"'),
          );
          const expected = parts.map(({ name, file, fileName, bytes }) => ({
            field: name,
            fileName: file ? fileName : null,
            mediaType: file ? 'application/octet-stream' : 'image/x-raw',
            sha256: sha256(bytes),
            size: bytes.length,
          }));
          expect([status, body]).toEqual([200, expected]);
        },
      ),
      { numRuns: 150 },
    );
  });

  /** Pieces of these sizes, then the rest. */
  const split = (whole: Buffer, sizes: readonly number[]): Buffer[] => {
    const pieces: Buffer[] = [];
    let rest = whole;
    for (const size of [...sizes, whole.length]) {
      if (rest.length > 0) pieces.push(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
    return pieces;
  };
});

describe('a file name', () => {
  it.each([
    ['filename="y.jpg"', 'y.jpg'],
    ['filename=y.jpg', 'y.jpg'],
    ['filename="größe 日本.jpg"', 'größe 日本.jpg'],
    ['filename="x"; filename*=UTF-8\'\'gr%C3%B6%C3%9Fe.jpg', 'größe.jpg'],
    ["filename*=iso-8859-1'de'gr%F6sse.jpg; filename=x", 'grösse.jpg'],
    ['filename="gr%C3%B6%C3%9Fe%22.jpg"', 'gr%C3%B6%C3%9Fe".jpg'],
    ['filename="IMG%20001.jpg"', 'IMG%20001.jpg'],
    ['filename="a%2Fb.jpg"', 'a%2Fb.jpg'],
    ['filename=my photo.jpg', 'my photo.jpg'],
    ['filename="100%.jpg"', '100%.jpg'],
    ['filename="C:\\x\\y.jpg"', 'y.jpg'],
    ['filename="C:\\\\x\\\\y.jpg"', 'y.jpg'],
    ['filename="C:y.jpg"', 'y.jpg'],
    ['filename="../../y.jpg"', 'y.jpg'],
    ['filename="..%2F..%5Cy.jpg"', '..%2F..%5Cy.jpg'],
    ["filename*=utf-8''..%2f..%2fy.jpg", 'y.jpg'],
    ['filename="y.jpg"; filename*=UTF-8\'\'%zz.jpg', 'y.jpg'],
    ['filename="y.jpg"; filename*=UTF-8\'\'%ff.jpg', 'y.jpg'],
    ['filename="y.jpg"; filename*=UTF-8\'\'100%', 'y.jpg'],
    ['filename="y.jpg"; filename*=x-none\'\'z.jpg', 'y.jpg'],
    ['filename="y.jpg"; filename*=z.jpg', 'y.jpg'],
    ['filename="y.jpg"; filename*=', 'y.jpg'],
    ["filename*=UTF-8''%zz.jpg", null],
    ['filename="a\\"b;c.jpg"', 'a"b;c.jpg'],
    ['filename="a%0D%0Ab%00.jpg"', 'a__b%00.jpg'],
    ['filename="a\tb.jpg"', 'a_b.jpg'],
    ['filename="photo\\"', 'photo'],
    ['filename="photo\\\\"', 'photo'],
    ['filename="photo\\"; x="y"', 'photo'],
    ['filename=""', null],
    ['filename=".."', null],
    ['filename="x/"', 'x'],
    ['filename="/"', null],
  ])('sent as %s is read as %s', async (disposition, expected) => {
    const { port } = await startFormServer();
    const { body } = parsed(await sendRaw(port, [oneFile(disposition)]));
    expect(body).toMatchObject([{ field: 'f', fileName: expected, size: 1 }]);
  });

  it('in Latin-1 bytes is decoded as Latin-1', async () => {
    const { port } = await startFormServer();
    const form = Buffer.from(oneFile('filename="grösse.jpg"').toString(), 'latin1');
    expect(parsed(await sendRaw(port, [form])).body).toMatchObject([{ fileName: 'grösse.jpg' }]);
  });
});

it('and field names of FormData are read unchanged', async () => {
  const { url } = await startFormServer();
  const names = [
    'IMG%20001.jpg',
    'a%2Fb.jpg',
    '100%.jpg',
    '%41.jpg',
    'say "hi"; filename=x.jpg',
    '日本 é.jpg',
    "it's",
  ];
  const form = new FormData();
  for (const name of names) form.append(name, new Blob(['x']), name);
  const taken = (await (await fetch(url, { method: 'POST', body: form })).json()) as Taken[];
  expect(taken.map(({ field, fileName }) => [field, fileName])).toEqual(names.map((name) => [name, name]));
});

describe('real clients', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-form-'));
    await writeFile(join(folder, 'job.json'), '{"id":"ü"}');
    await writeFile(join(folder, 'größe "1".bin'), Buffer.alloc(3_000_000, 'darkroom'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const expected = async (): Promise<Taken[]> => {
    const chunks = await createReadStream(join(folder, 'größe "1".bin')).toArray();
    return [
      { field: 'job', text: '{"id":"ü"}' },
      {
        field: 'photo',
        fileName: 'größe "1".bin',
        mediaType: 'image/png',
        sha256: sha256(Buffer.concat(chunks)),
        size: 3_000_000,
      },
    ];
  };

  it.each([[[]], [['-H', 'Transfer-Encoding: chunked']], [['--form-escape']]])(
    'a form of curl %j is read',
    async (flags) => {
      const { url } = await startFormServer();
      const photo = 'photo=@"größe \\"1\\".bin";type=image/png';
      const form = ['-F', 'job=@job.json;type=application/json', '-F', photo];
      const { stdout } = await run('curl', ['-sS', ...flags, ...form, url], { cwd: folder });
      expect(JSON.parse(stdout)).toEqual(await expected());
    },
  );

  it.skipIf(spawnSync('python3', ['-c', 'import requests']).status !== 0)(
    'a form of Python is read',
    async () => {
      const { url } = await startFormServer();
      const script = `
import sys, requests
files = {'job': (None, '{"id":"ü"}', 'application/json'),
         'photo': ('größe "1".bin', open('größe "1".bin', 'rb'), 'image/png')}
print(requests.post(sys.argv[1], files=files).text)`;
      const { stdout } = await run('python3', ['-c', script, url], { cwd: folder });
      expect(JSON.parse(stdout)).toEqual(await expected());
    },
  );
});
