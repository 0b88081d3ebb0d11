/** What export.s3 must do with every S3 server. */
import { createHash, randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportS3 } from '../../operations/export-s3/index.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Destinations, PutResult } from '../../src/jobs/ports/destinations.ts';
import type { OpenUpload } from '../../src/jobs/ports/open-uploads.ts';
import { DAY_MS } from '../../src/lib/units.ts';
import { openTestBucket, type TestBucket } from '../support/bucket.ts';
import { runOperation, type TestAsset } from '../support/run-operation.ts';

interface OpenServer {
  readonly endpoint: string;
  readonly bucket: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  close(): Promise<void>;
}

type Exported = PutResult & { readonly index: number; readonly name: string; readonly bucket: string };

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** @param hasPartMd5 - Whether the ETag of an object that was sent in parts is made from their MD5s, as at Amazon. */
export function exportContract(
  name: string,
  start: () => Promise<OpenServer>,
  {
    startMs,
    hasPartMd5 = true,
    listed = 0,
  }: {
    readonly startMs: number;
    readonly hasPartMd5?: boolean;
    /** Objects that the listing of a source is tested with. Default: no such test. */
    readonly listed?: number;
  },
): void {
  describe(`export.s3 to ${name}`, () => {
    let server: OpenServer;
    let bucket: TestBucket;
    beforeAll(async () => {
      server = await start();
      bucket = await openTestBucket(server);
    }, startMs);
    afterAll(async () => {
      await bucket.dispose();
      await server.close();
    });

    const run = async (
      assets: readonly TestAsset[],
      params: Record<string, unknown> = {},
      {
        destinations = bucket.destinations,
        signal,
      }: { destinations?: Destinations; signal?: AbortSignal } = {},
    ): Promise<Exported[]> => {
      const { data } = await runOperation(exportS3 as Operation, {
        params: { credentials: 'bucket', ...params },
        assets,
        destinations,
        ...(signal && { signal }),
      });
      return (data as { files: Exported[] }).files;
    };
    const head = (key: string) =>
      bucket.client.send(new HeadObjectCommand({ Bucket: server.bucket, Key: key }));
    const read = async (key: string): Promise<Buffer> => {
      const { Body } = await bucket.client.send(new GetObjectCommand({ Bucket: server.bucket, Key: key }));
      return buffer(Body as Readable);
    };

    /** Keys of uploads in parts that have not ended. */
    const listUploads = async (): Promise<unknown[]> => {
      const list = new ListMultipartUploadsCommand({ Bucket: server.bucket });
      return ((await bucket.client.send(list)).Uploads ?? []).map(({ Key }) => Key);
    };

    test('the bucket has the bytes, their type and their metadata', async () => {
      const bytes = randomBytes(50_000);
      const params = {
        prefix: 'shoots/42/',
        cache_control: 'max-age=60',
        metadata: { photographer: 'Ada' },
        storage_class: 'STANDARD',
      };
      const files = await run([{ name: 'très bien.jpg', bytes }], params);
      const key = 'shoots/42/très bien.jpg';
      expect(files).toEqual([
        {
          index: 0,
          name: 'très bien.jpg',
          bucket: server.bucket,
          key,
          etag: md5(bytes),
          size: 50_000,
          sha256: sha256(bytes),
          uploaded: true,
          verified: expect.stringMatching(/^(sha256|md5)$/),
        },
      ]);
      expect((await read(key)).equals(bytes)).toBe(true);
      expect(await head(key)).toMatchObject({
        ContentType: 'image/jpeg',
        CacheControl: 'max-age=60',
        Metadata: { photographer: 'Ada', sha256: sha256(bytes) },
      });
    });

    test('an upload that is repeated sends nothing, unless the object has changed', async () => {
      const [bytes, other] = [randomBytes(1000), randomBytes(1000)];
      const assets = [{ name: 'again.bin', bytes }];
      await run(assets);
      const { LastModified, ETag } = await head('again.bin');
      expect(await run(assets)).toMatchObject([{ uploaded: false, etag: md5(bytes) }]);
      expect(await head('again.bin')).toMatchObject({ LastModified, ETag });
      const Metadata = { sha256: sha256(bytes) };
      await bucket.client.send(
        new PutObjectCommand({ Bucket: server.bucket, Key: 'again.bin', Body: other, Metadata }),
      );
      expect(await run(assets)).toMatchObject([{ uploaded: true }]);
      expect((await read('again.bin')).equals(bytes)).toBe(true);
    });

    test('a large file goes in parts', async () => {
      const bytes = randomBytes(17 * 1024 * 1024 + 5);
      const [file] = await run([{ name: 'large.tif', bytes }], { metadata: { kind: 'scan' } });
      expect(file).toMatchObject({
        size: bytes.length,
        sha256: sha256(bytes),
        uploaded: true,
        verified: hasPartMd5 ? 'md5' : 'size',
      });
      expect(/^[0-9a-f]{32}-3$/.test(file?.etag ?? '')).toBe(hasPartMd5);
      expect(sha256(await read('large.tif'))).toBe(sha256(bytes));
      expect(await head('large.tif')).toMatchObject({
        ContentType: 'image/tiff',
        Metadata: { kind: 'scan' },
      });
      expect(await run([{ name: 'large.tif', bytes }])).toMatchObject([{ uploaded: false }]);
      expect(await listUploads()).toEqual([]);
      expect(await bucket.deleteExpired(2 * DAY_MS)).toMatchObject({ exports: 0, failed: 0 });
    });

    test('a job that is cancelled, and an attempt that fails, leave no parts', async () => {
      const assets = [{ name: 'ended.tif', bytes: randomBytes(9 * 1024 * 1024) }];
      const stop = new AbortController();
      const begin = async () => {
        expect(await listUploads()).toEqual(['ended.tif']);
        stop.abort(new Error('The job is cancelled'));
        return { renew: async () => undefined, end: async () => undefined };
      };
      const cancelled = { destinations: bucket.destinationsWith({ begin }), signal: stop.signal };
      await expect(run(assets, {}, cancelled)).rejects.toThrow('The job is cancelled');
      expect(await listUploads()).toEqual([]);
      const fail = async () => {
        expect(await listUploads()).toEqual(['ended.tif']);
        throw new Error('The store is away');
      };
      const failing = { destinations: bucket.destinationsWith({ begin: fail }) };
      await expect(run(assets, {}, failing)).rejects.toThrow('The store is away');
      expect(await listUploads()).toEqual([]);
    });

    test('the parts of an export that was killed are deleted a day later, and those of no other', async () => {
      const [place, bytes] = [{ Bucket: server.bucket, Key: 'killed.tif' }, randomBytes(5 * 1024 * 1024)];
      // What a worker has done when it is killed, and what another program does.
      const begun = [0, 1].map(async () => {
        const { UploadId = '' } = await bucket.client.send(new CreateMultipartUploadCommand(place));
        await bucket.client.send(new UploadPartCommand({ ...place, UploadId, PartNumber: 1, Body: bytes }));
        return UploadId;
      });
      const [uploadId = ''] = await Promise.all(begun);
      const upload = {
        tenant: 'acme',
        credentials: 'bucket',
        bucket: server.bucket,
        key: 'killed.tif',
        uploadId,
      };
      await bucket.openUploads.begin(upload);
      // This one completed, and the worker was killed before it could say so.
      const done = [{ name: 'done.tif', bytes: randomBytes(9 * 1024 * 1024) }];
      const forgetful = {
        begin: async (upload: OpenUpload) => ({
          ...(await bucket.openUploads.begin(upload)),
          end: async () => undefined,
        }),
      };
      await run(done, {}, { destinations: bucket.destinationsWith(forgetful) });

      expect(await bucket.deleteExpired(0.9 * DAY_MS)).toMatchObject({ exports: 0, failed: 0 });
      expect(await listUploads()).toEqual(['killed.tif', 'killed.tif']);
      expect(await bucket.deleteExpired(1.1 * DAY_MS)).toMatchObject({ exports: 2, failed: 0 });
      expect(await listUploads()).toEqual(['killed.tif']);
      expect((await read('done.tif')).equals(done[0]?.bytes as Buffer)).toBe(true);
      expect(await bucket.deleteExpired(9 * DAY_MS)).toMatchObject({ exports: 0, failed: 0 });
    });

    if (listed > 0)
      test(`a source of ${listed} objects is listed in the order of keys, with their ETags`, async () => {
        const names = Array.from(
          { length: listed },
          (_, index) => `listed/${String(index).padStart(5, '0')}`,
        );
        const put = (Key: string) =>
          bucket.client.send(new PutObjectCommand({ Bucket: server.bucket, Key, Body: Key }));
        for (let at = 0; at < listed; at += 32) await Promise.all(names.slice(at, at + 32).map(put));
        const source = { credentials: 'bucket', prefix: 'listed/' };
        const found = await bucket.buckets.list('acme', source, listed + 1);
        expect(found).toEqual(names.map((key) => ({ key, etag: md5(Buffer.from(key)) })));
      });

    test('an empty file', async () => {
      expect(await run([{ name: 'empty.txt', bytes: '' }])).toMatchObject([{ size: 0, uploaded: true }]);
      expect((await read('empty.txt')).length).toBe(0);
    });

    test('a bucket that does not exist is named', async () => {
      await expect(run([{ name: 'a.bin', bytes: 'a' }], { bucket: 'no-such-bucket' })).rejects.toMatchObject({
        code: 'destination_refused',
        message: expect.stringContaining('bucket "no-such-bucket"'),
      });
    });
  });
}
