/** What a process that was killed leaves in S3: parts of uploads that nobody will complete, and that cost money. */
import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
} from '@aws-sdk/client-s3';
import type { S3Connection } from './connection.ts';

type Marker = Pick<ListMultipartUploadsCommandOutput, 'NextKeyMarker' | 'NextUploadIdMarker'>;

/** Aborts uploads below `prefix` that began so many milliseconds ago. As well as it can: it never throws. */
export async function sweep(connection: S3Connection, prefix: string, age: number): Promise<void> {
  const horizon = Date.now() - age;
  try {
    for (let marker: Marker | null = {}; marker !== null; ) {
      const page: ListMultipartUploadsCommandOutput = await pageOf(connection, prefix, marker);
      for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
        if (Initiated === undefined || Initiated.getTime() >= horizon) continue;
        const command = new AbortMultipartUploadCommand({ Bucket: connection.bucket, Key, UploadId });
        await connection.ask('tidy up', (client, options) => client.send(command, options));
      }
      marker = page.IsTruncated ? page : null;
    }
  } catch {
    // It may lack the right to list uploads, or the server the ability: a lifecycle rule of the bucket does it then.
  }
}

function pageOf(
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
  return connection.ask('tidy up', (client, options) => client.send(command, options));
}
