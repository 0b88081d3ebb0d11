/** Removes incomplete multipart uploads of killed processes, which cost money. */
import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
} from '@aws-sdk/client-s3';
import type { S3Connection } from './connection.ts';

type Marker = Pick<ListMultipartUploadsCommandOutput, 'NextKeyMarker' | 'NextUploadIdMarker'>;

/** Aborts uploads below `prefix` that are older than `age` milliseconds. Never throws. */
export async function sweep(connection: S3Connection, prefix: string, age: number): Promise<void> {
  const horizon = Date.now() - age;
  try {
    for (let marker: Marker | null = {}; marker !== null; ) {
      const page: ListMultipartUploadsCommandOutput = await listUploads(connection, prefix, marker);
      for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
        if (Initiated === undefined || Initiated.getTime() >= horizon) continue;
        const command = new AbortMultipartUploadCommand({ Bucket: connection.bucket, Key, UploadId });
        await connection.send('tidy up', (client, options) => client.send(command, options));
      }
      marker = page.IsTruncated ? page : null;
    }
  } catch {
    // Without the permission or the feature, a lifecycle rule of the bucket has to do it.
  }
}

function listUploads(
  connection: S3Connection,
  prefix: string,
  { NextKeyMarker, NextUploadIdMarker }: Marker,
): Promise<ListMultipartUploadsCommandOutput> {
  const command = new ListMultipartUploadsCommand({
    Bucket: connection.bucket,
    Prefix: prefix,
    KeyMarker: NextKeyMarker,
    UploadIdMarker: NextUploadIdMarker,
  });
  return connection.send('tidy up', (client, options) => client.send(command, options));
}
