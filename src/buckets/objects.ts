/** Lists and reads objects in buckets of tenants. */
import type { IncomingMessage } from 'node:http';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { BucketObject } from '../jobs/ports/bucket-objects.ts';
import type { BucketConnection } from './bucket-connection.ts';
import { statusOf } from './explain.ts';

/** Lists objects by key, without those that stand for folders. Ends after `limit` objects. */
export async function listBucket(
  connection: BucketConnection,
  prefix: string,
  limit: number,
): Promise<BucketObject[]> {
  const found: BucketObject[] = [];
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      Bucket: connection.bucket,
      Prefix: prefix,
      ContinuationToken: token,
    });
    const page = await connection.send('list', (client, options) => client.send(command, options));
    for (const { Key: key = '', ETag = '' } of page.Contents ?? [])
      if (!key.endsWith('/')) found.push({ key, etag: unquote(ETag) });
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined && found.length < limit);
  return found.slice(0, limit);
}

export interface OpenedObject {
  readonly body: IncomingMessage;
  /** Bytes. */
  readonly size: number | null;
}

/** @returns `missing`: there is no such object. `changed`: it has another ETag than `etag`. */
export function openObject(
  connection: BucketConnection,
  { key, etag }: { readonly key: string; readonly etag?: string | undefined },
  signal: AbortSignal,
): Promise<OpenedObject | 'missing' | 'changed'> {
  const command = new GetObjectCommand({
    Bucket: connection.bucket,
    Key: key,
    ...(etag === undefined ? {} : { IfMatch: `"${etag}"` }),
  });
  return connection.send(
    'read from',
    async (client, options) => {
      try {
        const { Body, ContentLength, ETag } = await client.send(command, options);
        const body = Body as unknown as IncomingMessage;
        // Not every server knows If-Match.
        if (etag === undefined || unquote(ETag ?? '') === etag) return { body, size: ContentLength ?? null };
        body.destroy();
        return 'changed';
      } catch (error) {
        if (statusOf(error) === 412) return 'changed';
        if (statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket') return 'missing';
        throw error;
      }
    },
    signal,
  );
}

/** ETags are compared without their quotes. */
export const unquote = (etag: string): string => etag.replace(/^"|"$/g, '');
