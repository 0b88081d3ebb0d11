import { mkdtemp, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { createS3Store } from '../../../src/storage/s3/index.ts';
import { bytesOf, digest, keysOf, textOf } from '../../contracts/store/suite.ts';
import { storeContract } from '../../contracts/store.ts';
import { startProxy } from '../../support/proxy.ts';
import { BUILD_MS, type S3Server, s3Program, startS3Server } from '../../support/s3-server.ts';

const MiB = 1024 * 1024;

beforeAll(s3Program, BUILD_MS);

storeContract('S3, a whole bucket', async () => {
  const { bucket, env, dispose } = await startS3Server();
  return { address: `s3://${bucket}`, env, close: dispose };
});

storeContract(
  'S3, below a prefix',
  async () => {
    const { bucket, env, dispose } = await startS3Server();
    return { address: `s3://${bucket}/a team/très bien`, env, close: dispose };
  },
  { onlyKeys: true },
);

describe('S3 store', () => {
  let server: S3Server;
  let client: S3Client;
  let store: ObjectStore;
  let local: string;
  let tests = 0;

  beforeAll(async () => {
    server = await startS3Server();
    client = new S3Client({ ...server, forcePathStyle: true });
    local = await mkdtemp(join(tmpdir(), 'darkroom-s3-local-'));
  });
  beforeEach(() => {
    store = createS3Store({ bucket: server.bucket, prefix: `test-${tests++}`, access: server });
  });
  afterAll(async () => {
    client.destroy();
    await server.dispose();
    await rm(local, { recursive: true, force: true });
  });

  const at = (key: string) => ({ Bucket: server.bucket, Key: key });
  const uploads = async () => {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: server.bucket }));
    return Uploads.map(({ Key }) => Key);
  };

  /** Gives so many blocks of a mebibyte, then does something else. */
  const source = (blocks: number, then: (stream: Readable) => void): Readable => {
    let given = 0;
    return new Readable({
      highWaterMark: MiB,
      read() {
        if (given < blocks) this.push(Buffer.alloc(MiB, given++));
        else then(this);
      },
    });
  };

  it('rejects invalid keys without a request', async () => {
    const path = join(local, 'kept');
    await writeFile(path, 'kept');
    for (const key of [
      '',
      '/',
      'a/',
      'a//b',
      '..',
      '../a',
      'a\\b',
      'a\nb',
      '.check',
      '.check/a',
      `${'a/'.repeat(510)}a`,
    ]) {
      await expect(store.put(key, 'x'), key).rejects.toThrow(TypeError);
      await expect(store.adopt(key, path), key).rejects.toThrow(TypeError);
      await expect(store.get(key), key).rejects.toThrow(TypeError);
      await expect(store.head(key), key).rejects.toThrow(TypeError);
      await expect(store.delete(key), key).rejects.toThrow(TypeError);
      await expect(
        store.link(key, { expiresSeconds: 1, fileName: 'a', mediaType: 'a/b' }),
        key,
      ).rejects.toThrow(TypeError);
      expect(() => store.localPath(key), key).toThrow(TypeError);
    }
    for (const prefix of ['/', 'a', '../', '.check/']) {
      await expect(store.deleteAll(prefix), prefix).rejects.toThrow(TypeError);
      expect(() => store.list(prefix), prefix).toThrow(TypeError);
    }
    expect((await stat(path)).size).toBe(4);
    expect(await keysOf(store, '')).toEqual([]);
  });

  it('reads and writes only below its prefix', async () => {
    const [outer, inner, beside] = ['team', 'team/inner', 'team-b'].map((prefix) =>
      createS3Store({ bucket: server.bucket, prefix, access: server }),
    ) as [ObjectStore, ObjectStore, ObjectStore];
    await inner.put('jobs/a', 'inner');
    await beside.put('jobs/a', 'beside');
    expect(await keysOf(outer, '')).toEqual(['inner/jobs/a']);
    await inner.deleteAll('jobs/');
    expect(await keysOf(outer, '')).toEqual([]);
    expect(await textOf(beside, 'jobs/a')).toBe('beside');
  });

  it('signs links for the public endpoint, or returns none', async () => {
    const { port } = new URL(server.endpoint);
    const at = (publicEndpoint: string | null) =>
      createS3Store({ bucket: server.bucket, prefix: 'links', access: server, publicEndpoint });
    const options = { expiresSeconds: 60, fileName: 'a.txt', mediaType: 'text/plain' };
    const outside = at(`http://localhost:${port}`);
    await outside.put('a', 'from outside');
    const link = await outside.link('a', options);
    expect(new URL(link ?? '').host).toBe(`localhost:${port}`);
    expect(await (await fetch(link ?? '')).text()).toBe('from outside');
    expect(await at(null).link('a', options)).toBeNull();
    // An invalid key is always reported.
    await expect(at(null).link('../a', options)).rejects.toThrow(TypeError);
  });

  it('ignores its own probe and directory markers of consoles', async () => {
    await store.check();
    await store.put('folder/object', 'x');
    // A folder, as the consoles of S3 make one.
    await client.send(new PutObjectCommand({ ...at(`test-${tests - 1}/empty/`), Body: new Uint8Array() }));
    expect(await keysOf(store, '')).toEqual(['folder/object']);
  });

  it('keeps the media type', async () => {
    await store.put('picture', 'x', { mediaType: 'image/webp' });
    const { ContentType } = await client.send(new HeadObjectCommand(at(`test-${tests - 1}/picture`)));
    expect(ContentType).toBe('image/webp');
  });

  it('stores objects around the size of one part and of several', async () => {
    for (const size of [8 * MiB - 1, 8 * MiB, 8 * MiB + 1, 16 * MiB, 20 * MiB + 7]) {
      const bytes = Buffer.alloc(size, `${size}-`);
      const chunks = Array.from({ length: Math.ceil(size / 300_000) }, (_, index) =>
        bytes.subarray(index * 300_000, (index + 1) * 300_000),
      );
      for (const body of [bytes, Readable.from(chunks)]) {
        expect(await store.put('object', body)).toEqual(digest(bytes));
        expect((await bytesOf(store, 'object')).equals(bytes)).toBe(true);
      }
    }
    expect(await uploads()).toEqual([]);
  });

  it('leaves no parts when a source fails between parts', async () => {
    const error = new Error('the source broke');
    const broken = source(20, (stream) => stream.destroy(error));
    await expect(store.put('object', broken)).rejects.toBe(error);
    expect(await uploads()).toEqual([]);
    expect(await store.head('object')).toBeNull();
  });

  it('leaves no parts after an abort, whether the source stalls or runs', async () => {
    for (const blocks of [1, 9, 17, 30]) {
      for (const stalls of [true, false]) {
        const abort = new AbortController();
        const reason = new Error('enough');
        const stopped = source(blocks, (stream) => {
          abort.abort(reason);
          if (!stalls) stream.push(Buffer.alloc(MiB));
        });
        await expect(store.put('object', stopped, { signal: abort.signal })).rejects.toBe(reason);
        expect(stopped.destroyed).toBe(true);
        expect(await store.head('object')).toBeNull();
        // A request that was cut off may be done with at the server a little later.
        await expect.poll(uploads).toEqual([]);
      }
    }
  });

  it('aborts uploads that crashes left below its prefix, and no recent ones', async () => {
    const leave = async (key: string) => {
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(at(key)));
      await client.send(new UploadPartCommand({ ...at(key), UploadId, PartNumber: 1, Body: 'half' }));
    };
    await leave('crashed/inputs/1');
    await leave('crashed/inputs/2');
    await leave('elsewhere/1');
    const left = async () => (await uploads()).sort();
    const all = ['crashed/inputs/1', 'crashed/inputs/2', 'elsewhere/1'];
    const options = { bucket: server.bucket, prefix: 'crashed', access: server };
    await createS3Store(options).put('a', 'x');
    await createS3Store(options).put('b', 'x');
    expect(await left()).toEqual(all);
    await createS3Store({ ...options, leftoverAge: 0 }).put('c', 'x');
    await expect.poll(left).toEqual(['elsewhere/1']);
    await createS3Store({ ...options, prefix: 'elsewhere', leftoverAge: 0 }).put('c', 'x');
    await expect.poll(left).toEqual([]);
  });

  it('deletes thousands of objects', async () => {
    // S3 deletes at most 1,000 at once.
    const keys = Array.from({ length: 1_050 }, (_, index) => `many/${index % 7}/${index}`);
    for (let from = 0; from < keys.length; from += 100)
      await Promise.all(keys.slice(from, from + 100).map((key) => store.put(key, '')));
    await store.put('many-more', 'kept');
    await store.deleteAll('many/');
    expect(await keysOf(store, '')).toEqual(['many-more']);
  });

  it.each([400, 501])(
    'deletes one object at a time if the server returns %i for DeleteObjects',
    async (status) => {
      const proxy = await startProxy(server.endpoint, (path) => path.includes('?delete'));
      proxy.faults = [{ status }, 'hang'];
      const behind = createS3Store({
        bucket: server.bucket,
        prefix: `test-${tests++}`,
        access: { ...server, endpoint: proxy.url },
      });
      for (const round of ['first', 'second']) {
        for (let index = 0; index < 40; index++) await behind.put(`many/${round}/${index}`, '');
        await behind.deleteAll('many/');
        expect(await keysOf(behind, '')).toEqual([]);
      }
      // The store does not try DeleteObjects again.
      expect(proxy.seen).toHaveLength(1);
      await proxy.close();
    },
  );

  it('adopts only regular files, of any size', async () => {
    const [path, link] = [join(local, 'large'), join(local, 'link')];
    await writeFile(path, '');
    await truncate(path, 30 * MiB);
    await symlink(path, link);
    for (const odd of [link, local]) await expect(store.adopt('a', odd)).rejects.toThrow(TypeError);
    expect(await store.head('a')).toBeNull();
    const expected = digest(Buffer.alloc(30 * MiB));
    expect(await store.adopt('a', path)).toEqual(expected);
    await expect(stat(path)).rejects.toThrow('ENOENT');
    expect((await bytesOf(store, 'a')).length).toBe(30 * MiB);
  });

  it('releases connections, whether or not bodies are read', async () => {
    await store.put('large', Buffer.alloc(8 * MiB));
    // More at once than any pool of connections has by default, and all of them unread.
    const bodies = await Promise.all(Array.from({ length: 120 }, () => store.get('large')));
    expect(await textOf(store, 'large', { start: 0, end: 0 })).toBe('\0');
    for (const body of bodies) body?.destroy();
    for (let round = 0; round < 150; round++) (await store.get('large'))?.destroy();
    expect((await bytesOf(store, 'large')).length).toBe(8 * MiB);
  });
});
