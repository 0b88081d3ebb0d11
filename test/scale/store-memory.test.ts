/** Stores move large objects without holding them in memory. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeAll, expect, test } from 'vitest';
import { createFilesystemStore } from '../../src/storage/filesystem/index.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { createS3Store } from '../../src/storage/s3/index.ts';
import { BUILD_MS, s3Program, startS3Server } from '../support/s3-server.ts';

const MiB = 1024 * 1024;
const SIZE = 512 * MiB;
/** A client of S3 holds a few parts at a time, and freed memory is not always returned at once. */
const MAX_MEMORY = 100 * MiB;

const stores: [string, () => Promise<{ store: ObjectStore; close: () => Promise<void> }>][] = [
  [
    'the file system',
    async () => {
      const directory = await mkdtemp(join(tmpdir(), 'darkroom-store-'));
      const close = () => rm(directory, { recursive: true, force: true });
      return { store: createFilesystemStore({ root: directory }), close };
    },
  ],
  [
    'S3',
    async () => {
      const server = await startS3Server();
      return { store: createS3Store({ bucket: server.bucket, access: server }), close: server.dispose };
    },
  ],
];

beforeAll(s3Program, BUILD_MS);

/** Writes and reads an object of `SIZE`. Returns the digests of both, and the largest growth of memory in bytes. */
async function moveLargeObject(store: ObjectStore) {
  const hash = createHash('sha256');
  const base = process.memoryUsage().rss;
  let growth = 0;
  const watch = () => {
    growth = Math.max(growth, process.memoryUsage().rss - base);
  };
  let given = 0;
  const source = new Readable({
    read() {
      watch();
      const chunk = given < SIZE ? Buffer.alloc(MiB, (given / MiB) % 256) : null;
      if (chunk !== null) hash.update(chunk);
      given += MiB;
      this.push(chunk);
    },
  });
  const written = await store.put('large', source);
  const back = createHash('sha256');
  for await (const chunk of (await store.get('large')) ?? []) {
    watch();
    back.update(chunk);
  }
  return { written, sent: hash.digest('hex'), received: back.digest('hex'), growth };
}

test.each(stores)('%s stores and returns 512 MiB with the memory of a few parts', async (_, makeStore) => {
  const { store, close } = await makeStore();
  try {
    const { written, sent, received, growth } = await moveLargeObject(store);
    expect(written).toMatchObject({ size: SIZE, sha256: sent });
    expect(received).toBe(sent);
    expect(growth).toBeLessThan(MAX_MEMORY);
  } finally {
    await close();
  }
});
