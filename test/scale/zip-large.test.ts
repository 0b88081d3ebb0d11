import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zipResponse } from '../../src/api/zip/zip-response.ts';
import { zipReaders } from '../support/zip-readers.ts';
import {
  fileOf,
  lacksPython,
  lacksUnzip,
  readByPython,
  run,
  serveZip,
  sha256,
} from '../support/zip-server.ts';

describe('a large ZIP', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-zip-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.skipIf(lacksPython).each([65_534, 65_535])(
    'may have %i entries, the most that a plain end record has room for, and more',
    async (count) => {
      const files = Array.from({ length: count }, (_, index) => fileOf(`f/${index}`, `${index}`));
      const answer = await fetch(await serveZip(files));
      const zip = await buffer(answer.body as never);
      expect(zip.length).toBe(Number(answer.headers.get('content-length')));
      expect(zip.subarray(-42, -38).toString('latin1') === 'PK\x06\x07').toBe(count > 65_534);
      const path = join(folder, 'many.zip');
      await writeFile(path, zip);
      const read = (await readByPython(path)) as [string, unknown, string][];
      expect(read.length).toBe(count);
      expect(read.at(-1)).toMatchObject([`f/${count - 1}`, expect.anything(), sha256(`${count - 1}`)]);
      if (lacksUnzip) return;
      expect((await run('unzip', ['-Z', '-h', path])).stdout).toContain(`entries: ${count}`);
    },
  );

  describe('with a file of more than 4 GiB is read by', () => {
    const zeros = Buffer.alloc(1024 * 1024);
    const count = 4100;
    const path = () => join(folder, 'big.zip');
    let sum = 0;

    beforeAll(async () => {
      for (let at = 0; at < count; at++) sum = crc32(zeros, sum);
      const big = fileOf('big', '', {
        size: count * zeros.length,
        crc32: sum,
        open: async () => Readable.from(Array.from({ length: count }, () => zeros)),
      });
      const files = [big, fileOf('after', 'it')];
      const answer = await new Hono()
        .get('/', (c) => zipResponse(c, files, { fileName: 'big.zip' }))
        .request('/');
      const file = await open(path(), 'w');
      let length = 0;
      // Zeros are left out of the file, which reads the same and takes no room.
      for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
        if (chunk.length > zeros.length || zeros.compare(chunk, 0, chunk.length, 0, chunk.length) !== 0)
          await file.write(chunk, 0, chunk.length, length);
        length += chunk.length;
      }
      await file.close();
      expect(length).toBe(Number(answer.headers.get('content-length')));
      sum = crc32('it', sum);
    });

    // A minute of computing, which a machine that does much else takes long for.
    for (const { name, isInstalled, read, verify } of zipReaders)
      it.skipIf(!isInstalled)(name, { timeout: 900_000 }, async () => {
        const names = ['big', 'after'];
        if (verify) expect(await verify(path())).toEqual(names);
        else expect(await read(path())).toEqual({ names, crc32: sum });
      });
  });
});
