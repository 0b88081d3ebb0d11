/** What export.s3 must do with every S3 server. */
import { createHash, randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportS3 } from '../../operations/export-s3/index.ts';
import type { Operation } from '../../operations/operation.ts';
import type { PutResult } from '../../src/jobs/ports/destinations.ts';
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
  { startMs, hasPartMd5 = true }: { readonly startMs: number; readonly hasPartMd5?: boolean },
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
    ): Promise<Exported[]> => {
      const { data } = await runOperation(exportS3 as Operation, {
        params: { credentials: 'bucket', ...params },
        assets,
        destinations: bucket.destinations,
      });
      return (data as { files: Exported[] }).files;
    };
    const head = (key: string) =>
      bucket.client.send(new HeadObjectCommand({ Bucket: server.bucket, Key: key }));
    const read = async (key: string): Promise<Buffer> => {
      const { Body } = await bucket.client.send(new GetObjectCommand({ Bucket: server.bucket, Key: key }));
      return buffer(Body as Readable);
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
      const { Uploads = [] } = await bucket.client.send(
        new ListMultipartUploadsCommand({ Bucket: server.bucket }),
      );
      expect(Uploads).toEqual([]);
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
