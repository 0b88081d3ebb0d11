/** Uploads a file to a bucket so that a repeated upload sends nothing, and the server confirms what it has. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutObjectCommand,
  type PutObjectCommandInput,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { DarkroomError } from '../errors.ts';
import type { PutRequest, PutResult } from '../jobs/ports/destinations.ts';
import type { BucketConnection } from './bucket-connection.ts';
import { NOT_IMPLEMENTED, statusOf } from './explain.ts';
import { unquote } from './objects.ts';

/** Files up to this many bytes are sent in one request; larger ones in parts of at least this size. */
const PART_BYTES = 8 * 1024 * 1024;
const MOST_PARTS = 10_000;

/** Name of the metadata that holds the SHA-256 of the file. */
const CHECKSUM_METADATA = 'sha256';

/** Digests of a file. */
interface Described {
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly partBytes: number;
  /** MD5 of each part. */
  readonly parts: readonly Buffer[];
}

/** As `Bucket.put`. */
export async function putFile(
  connection: BucketConnection,
  request: PutRequest,
  signal: AbortSignal,
): Promise<PutResult> {
  const file = await open(request.path);
  try {
    const described = await describe(file, signal);
    const before = await compareStored(connection, request, described, signal);
    if (before.isSame) return toResult(request, described, before, false);
    const params = toParams(connection.bucket, request, described);
    if (described.parts.length === 1) await putWhole(connection, params, file, described, signal);
    else await putParts(connection, params, file, described, signal);
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
  { sha256 }: Described,
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
  { size, sha256, parts: [md5] }: Described,
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

/** Sends one part after the other: each is held in memory. Deletes the parts if one fails. */
async function putParts(
  connection: BucketConnection,
  params: Params,
  file: FileHandle,
  { size, partBytes, parts }: Described,
  signal: AbortSignal,
): Promise<void> {
  const { Bucket, Key } = params;
  const create = new CreateMultipartUploadCommand(params);
  const { UploadId } = await connection.send(
    'write to',
    (client, options) => client.send(create, options),
    signal,
  );
  try {
    const sent = [];
    for (const [index, md5] of parts.entries()) {
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
    const complete = new CompleteMultipartUploadCommand({
      Bucket,
      Key,
      UploadId,
      MultipartUpload: { Parts: sent },
    });
    await connection.send('write to', (client, options) => client.send(complete, options), signal);
  } catch (error) {
    const abort = new AbortMultipartUploadCommand({ Bucket, Key, UploadId });
    await connection.send('tidy up', (client, options) => client.send(abort, options)).catch(() => undefined);
    throw error;
  }
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
  );

/** Reads the file once, part by part. */
async function describe(file: FileHandle, signal: AbortSignal): Promise<Described> {
  const { size } = await file.stat();
  const partBytes = Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS));
  const hash = createHash('sha256');
  const parts: Buffer[] = [];
  for (let start = 0; start < size || parts.length === 0; start += partBytes) {
    signal.throwIfAborted();
    const part = await readPart(file, start, Math.min(partBytes, size - start));
    hash.update(part);
    parts.push(createHash('md5').update(part).digest());
  }
  return { size, sha256: hash.digest('hex'), partBytes, parts };
}

async function readPart(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const part = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(part, filled, length - filled, start + filled);
    if (bytesRead === 0) throw new Error('A file became shorter while it was uploaded');
    filled += bytesRead;
  }
  return part;
}

type Comparison =
  | { readonly isSame: true; readonly etag: string; readonly verified: PutResult['verified'] }
  /** `difference` completes "the object …". */
  | { readonly isSame: false; readonly difference: string };

/** Compares what the server says of the object with the file. */
async function compareStored(
  connection: BucketConnection,
  { key }: PutRequest,
  described: Described,
  signal: AbortSignal,
): Promise<Comparison> {
  const stored = await head(connection, key, signal);
  return stored ? compare(stored, described) : { isSame: false, difference: 'is missing' };
}

function compare(stored: HeadObjectCommandOutput, { size, sha256, parts }: Described): Comparison {
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
  { size, sha256 }: Described,
  { etag, verified }: Extract<Comparison, { isSame: true }>,
  uploaded: boolean,
): PutResult => ({ key, etag, size, sha256, uploaded, verified });
