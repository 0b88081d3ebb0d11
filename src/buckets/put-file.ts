/** Uploads a file to a bucket so that a repeated upload sends nothing, and the server confirms what it has. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import {
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { DarkroomError } from '../errors.ts';
import type { PutRequest, PutResult } from '../jobs/ports/destinations.ts';
import type { BucketConnection } from './bucket-connection.ts';
import { NOT_IMPLEMENTED, statusOf } from './explain.ts';
import { digestFile, type FileDigests, readPart } from './file-digests.ts';
import { unquote } from './objects.ts';
import { putParts, type RecordUpload } from './put-parts.ts';

/** Name of the metadata that holds the SHA-256 of the file. */
const CHECKSUM_METADATA = 'sha256';

/** Milliseconds for an answer without a body. It comes before anything is sent, so a server that does not answer takes no slot for longer. */
const HEAD_MS = 20_000;

/** As `Bucket.put`. */
export async function putFile(
  connection: BucketConnection,
  request: PutRequest,
  record: RecordUpload,
  signal: AbortSignal,
): Promise<PutResult> {
  const file = await open(request.path);
  try {
    const described = await digestFile(file, signal);
    const before = await compareStored(connection, request, described, signal);
    if (before.isSame) return toResult(request, described, before, false);
    const params = toParams(connection.bucket, request, described);
    if (described.parts.length === 1) await putWhole(connection, params, file, described, signal);
    else await putParts(connection, params, file, described, record, signal);
    const after = await compareStored(connection, request, described, signal);
    if (after.isSame) return toResult(request, described, after, true);
    throw new DarkroomError(
      'destination_mismatch',
      `After its upload to bucket "${connection.bucket}" at ${connection.server}, object "${request.key}" ${after.difference}`,
    );
  } finally {
    await file.close();
  }
}

const toParams = (
  bucket: string,
  { key, contentType, cacheControl, storageClass, metadata }: PutRequest,
  { sha256 }: FileDigests,
) => ({
  Bucket: bucket,
  Key: key,
  ContentType: contentType,
  CacheControl: cacheControl,
  StorageClass: storageClass as PutObjectCommandInput['StorageClass'],
  Metadata: { ...metadata, [CHECKSUM_METADATA]: sha256 },
});

type Params = ReturnType<typeof toParams>;

async function putWhole(
  connection: BucketConnection,
  params: Params,
  file: FileHandle,
  { size, sha256, parts: [md5] }: FileDigests,
  signal: AbortSignal,
): Promise<void> {
  const command = new PutObjectCommand({
    ...params,
    Body: await readPart(file, 0, size),
    ContentMD5: md5?.toString('base64'),
    ...(connection.knowsChecksums && { ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64') }),
  });
  await connection.send('write to', (client, options) => client.send(command, options), signal);
}

/** Null if there is no such object. */
const head = (connection: BucketConnection, key: string, signal: AbortSignal) =>
  connection.send(
    'read from',
    async (client, options): Promise<HeadObjectCommandOutput | null> => {
      const request = { Bucket: connection.bucket, Key: key };
      const send = () => {
        const checksum = connection.knowsChecksums ? ({ ChecksumMode: 'ENABLED' } as const) : {};
        return client.send(new HeadObjectCommand({ ...request, ...checksum }), options);
      };
      try {
        return await send().catch((error: unknown) => {
          if (statusOf(error) !== NOT_IMPLEMENTED || !connection.knowsChecksums) throw error;
          connection.knowsChecksums = false;
          return send();
        });
      } catch (error) {
        if (statusOf(error) === 404) return null;
        throw error;
      }
    },
    signal,
    HEAD_MS,
  );

type Comparison =
  | { readonly isSame: true; readonly etag: string; readonly verified: PutResult['verified'] }
  /** `difference` completes "the object …". */
  | { readonly isSame: false; readonly difference: string };

/** Compares what the server says of the object with the file. */
async function compareStored(
  connection: BucketConnection,
  { key }: PutRequest,
  described: FileDigests,
  signal: AbortSignal,
): Promise<Comparison> {
  const stored = await head(connection, key, signal);
  return stored ? compare(stored, described) : { isSame: false, difference: 'is missing' };
}

function compare(stored: HeadObjectCommandOutput, { size, sha256, parts }: FileDigests): Comparison {
  const differs = (difference: string): Comparison => ({ isSame: false, difference });
  if (stored.ContentLength !== size) return differs(`has ${stored.ContentLength} bytes, not ${size}`);
  if (stored.Metadata?.[CHECKSUM_METADATA] !== sha256) return differs('lacks its checksum in its metadata');
  const isEncrypted =
    stored.SSECustomerAlgorithm !== undefined || /kms/.test(stored.ServerSideEncryption ?? '');
  const etag = unquote(stored.ETag ?? '');
  const stated = stored.ChecksumSHA256;
  const isWhole = parts.length === 1;
  if (isWhole && stated !== undefined) {
    if (stated !== Buffer.from(sha256, 'hex').toString('base64')) return differs('has another SHA-256');
    return { isSame: true, etag, verified: 'sha256' };
  }
  if (etag === expectedEtag(parts)) return { isSame: true, etag, verified: 'md5' };
  // Unless the server encrypts it, the ETag of an object that was sent whole is its MD5.
  if (isWhole && !isEncrypted && /^[0-9a-f]{32}$/.test(etag)) return differs('has another MD5');
  return { isSame: true, etag, verified: 'size' };
}

/** The MD5 of the file, or of the MD5s of its parts. */
function expectedEtag(parts: readonly Buffer[]): string {
  const [only, second] = parts;
  if (only && !second) return only.toString('hex');
  return `${createHash('md5').update(Buffer.concat(parts)).digest('hex')}-${parts.length}`;
}

const toResult = (
  { key }: PutRequest,
  { size, sha256 }: FileDigests,
  { etag, verified }: Extract<Comparison, { isSame: true }>,
  uploaded: boolean,
): PutResult => ({ key, etag, size, sha256, uploaded, verified });
