/** ZIPs of the API, and those of galleries, are read by programs and libraries of other makers. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeArchive } from '../../../operations/image-gallery/archive.ts';
import { zipResponse } from '../../../src/api/zip/zip-response.ts';
import { zipReaders } from '../../support/zip-readers.ts';
import { fileOf } from '../../support/zip-server.ts';

/** Names that need UTF-8, spaces and quotes; contents without bytes, and one that takes many reads. */
const contents: Readonly<Record<string, Buffer>> = {
  'ü/日本語 🙂.txt': Buffer.from('a'),
  "it's %20 a $(name).txt": Buffer.from('quoted'),
  'empty.bin': Buffer.of(),
  'large.bin': Buffer.alloc(300_000, 'seven'),
  'last/empty': Buffer.of(),
};
const expected = {
  names: Object.keys(contents),
  crc32: crc32(Buffer.concat(Object.values(contents))),
};

let folder: string;
const archives = { 'the API': '', 'a gallery': '' };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-zip-'));
  const ofApi = join(folder, 'api.zip');
  const files = Object.entries(contents).map(([path, bytes]) => fileOf(path, bytes));
  const served = await new Hono()
    .get('/', (c) => zipResponse(c, files, { fileName: 'results.zip' }))
    .request('/');
  await writeFile(ofApi, Buffer.from(await served.arrayBuffer()));
  const ofGallery = join(folder, 'gallery.zip');
  const directory = join(folder, 'files');
  const [text = '', ...paths] = Object.keys(contents);
  for (const path of paths) {
    await mkdir(join(directory, path, '..'), { recursive: true });
    await writeFile(join(directory, path), contents[path] ?? '');
  }
  const texts = async function* () {
    yield { path: text, content: String(contents[text]) };
  };
  await writeArchive(ofGallery, texts(), directory, paths, {
    signal: new AbortController().signal,
    onEntry: () => undefined,
  });
  Object.assign(archives, { 'the API': ofApi, 'a gallery': ofGallery });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(Object.keys(archives) as (keyof typeof archives)[])('a ZIP of %s is read by', (maker) => {
  for (const { name, isInstalled, read } of zipReaders)
    it.skipIf(!isInstalled)(name, async () => {
      expect(await read(archives[maker])).toEqual(expected);
    });
});
