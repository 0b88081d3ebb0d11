import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { ScratchOutputs } from '../../../activities/outputs.ts';
import { UniqueNames } from '../../../src/lib/unique-names.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-outputs-'));
});

describe('output names', () => {
  test('are unique, short enough and within the directory, for any asset name', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { maxLength: 6 }),
        async (names) => {
          const outputs = new ScratchOutputs(root);
          const paths: string[] = [];
          for (const name of names) {
            const created = await outputs
              .create(`${name.replaceAll('\u0000', '')}x.png`)
              .catch((error: unknown) => error);
            if (created instanceof Error) throw created;
            paths.push((created as { path: string }).path);
          }
          expect(new Set(paths).size).toBe(names.length);
          for (const path of paths) expect(resolve(path).startsWith(`${root}/`)).toBe(true);
          for (const { name } of outputs.created)
            for (const part of name.split('/')) expect(Buffer.byteLength(part)).toBeLessThan(230);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('duplicate names get a number before the extension, for ten thousand duplicates', () => {
    const names = new UniqueNames();
    const wanted = ['a/photo.webp', 'a/photo-2.webp', 'a/photo.webp', 'plain', 'plain', 'a/photo.webp'];
    expect(wanted.map((name) => names.claim(name))).toEqual([
      'a/photo.webp',
      'a/photo-2.webp',
      'a/photo-3.webp',
      'plain',
      'plain-2',
      'a/photo-4.webp',
    ]);
    const many = Array.from({ length: 10_000 }, () => names.claim('default.jpg'));
    expect([many[0], many.at(-1), new Set(many).size]).toEqual(['default.jpg', 'default-10000.jpg', 10_000]);
  });
});
