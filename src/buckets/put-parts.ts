/** Uploads a file in parts. An upload that does not complete is aborted, now or by the retention. */
import type { FileHandle } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { UploadRecord } from '../jobs/ports/open-uploads.ts';
import { HOUR_MS } from '../lib/units.ts';
import type { BucketConnection } from './bucket-connection.ts';
import { type FileDigests, readPart } from './file-digests.ts';

/** Records an upload before its first part is sent. */
export type RecordUpload = (upload: {
  readonly key: string;
  readonly uploadId: string;
}) => Promise<UploadRecord>;

/**
 * Sends one part after the other: each is held in memory.
 *
 * @throws destination_unavailable, destination_refused, store_unavailable
 */
export async function putParts(
  connection: BucketConnection,
  params: CreateMultipartUploadCommandInput & { readonly Bucket: string; readonly Key: string },
  file: FileHandle,
  { size, partBytes, parts }: FileDigests,
  record: RecordUpload,
  signal: AbortSignal,
): Promise<void> {
  const { Bucket, Key } = params;
  const create = new CreateMultipartUploadCommand(params);
  const { UploadId = '' } = await connection.send(
    'write to',
    (client, options) => client.send(create, options),
    signal,
  );
  try {
    const open = await record({ key: Key, uploadId: UploadId });
    let renewedAt = Date.now();
    const sent = [];
    for (const [index, md5] of parts.entries()) {
      if (Date.now() - renewedAt > HOUR_MS) {
        await open.renew();
        renewedAt = Date.now();
      }
      const start = index * partBytes;
      const part = new UploadPartCommand({
        ...{ Bucket, Key, UploadId, PartNumber: index + 1 },
        Body: await readPart(file, start, Math.min(partBytes, size - start)),
        ContentMD5: md5.toString('base64'),
      });
      const { ETag } = await connection.send(
        'write to',
        (client, options) => client.send(part, options),
        signal,
      );
      sent.push({ ETag, PartNumber: index + 1 });
    }
    const MultipartUpload = { Parts: sent };
    const complete = new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload });
    await connection.send('write to', (client, options) => client.send(complete, options), signal);
    // If it stays, the retention finds that the upload has ended.
    await open.end().catch(() => undefined);
  } catch (error) {
    // Its record stays: a part that was on its way may arrive after this, and the server may not answer.
    await abort(connection, { key: Key, uploadId: UploadId }).catch(() => undefined);
    throw error;
  }
}

/** Does nothing if the upload has ended. @throws destination_unavailable, destination_refused */
export const abort = (
  connection: BucketConnection,
  { key, uploadId }: { readonly key: string; readonly uploadId: string },
): Promise<void> =>
  connection.send('tidy up', async (client, options) => {
    const command = new AbortMultipartUploadCommand({
      Bucket: connection.bucket,
      Key: key,
      UploadId: uploadId,
    });
    try {
      await client.send(command, options);
    } catch (error) {
      if ((error as { name?: unknown }).name !== 'NoSuchUpload') throw error;
    }
  });
