import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findUiArchive } from '../../../../src/temporal/ui/archive.ts';
import { UI_ARCHIVE } from '../../../../src/temporal/ui/release.ts';

let folder: string;
let proxy: Server;
let asked: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-ui-archive-'));
  asked = [];
  proxy = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('another archive');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await new Promise((resolve) => proxy.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const find = () => {
  const { port } = proxy.address() as { port: number };
  return findUiArchive({
    cacheDir: join(folder, 'cache'),
    env: { GOMODCACHE: join(folder, 'modules'), GOPROXY: `off,http://127.0.0.1:${port}/|direct` },
    log: () => undefined,
  });
};

test('a download with another checksum is rejected and not kept', async () => {
  await expect(find()).rejects.toThrow(/has the SHA-256 \w{64}; it must be \w{64}/);
  expect(asked).toEqual([`/${UI_ARCHIVE}`]);
  expect(await readdir(join(folder, 'cache/temporal'))).toEqual([]);
});

test('a file of the module cache with another checksum is not used', async () => {
  const file = join(folder, 'modules/cache/download', UI_ARCHIVE);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, 'changed');
  await expect(find()).rejects.toThrow('has the SHA-256');
  expect(asked).toHaveLength(1);
});

test('what is in the cache is used without a request', async () => {
  const file = join(folder, 'cache/temporal/ui-2.42.1.zip');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, 'checked when it was stored');
  expect(await find()).toBe(file);
  expect(asked).toEqual([]);
});
