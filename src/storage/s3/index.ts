/**
 * An object store in a bucket of Amazon S3 or a compatible server. The store owns everything below its prefix. Writes to S3
 * are atomic: a crash leaves only parts of uploads, which readers do not see.
 */
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { DarkroomError } from '../../errors.ts';
import { formatContentDisposition } from '../../lib/content-disposition.ts';
import { encodePath } from '../../lib/encode-path.ts';
import { mapConcurrent } from '../../lib/map-concurrent.ts';
import { DAY_MS } from '../../lib/units.ts';
import { abortable } from '../abortable.ts';
import { digest } from '../digest.ts';
import { checkKey, checkPrefix, findPartFault } from '../key.ts';
import type {
  GetOptions,
  LinkOptions,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  Written,
} from '../object-store.ts';
import { type S3Access, S3Connection } from './connection.ts';
import { explained, isAbsence, isInternalError, isPastTheEnd, isUnsupported } from './errors.ts';
import { sweep } from './leftovers.ts';
import { openLocalFile } from './local-file.ts';
import { inByteOrder, startBefore } from './order.ts';
import { pages, toInfo } from './pages.ts';
import { reading } from './reading.ts';
import { upload } from './upload.ts';

/** The object that `check` writes. No key begins with it. */
const PROBE = '.check';
const PROBE_TEXT = 'darkroom can write here';
/** Concurrent deletions on servers that cannot delete several objects in one request. */
const SINGLE_DELETES = 16;
/** The server copies 5 GB in this time. */
const COPY_MS = 15 * 60_000;
/** Readiness checks must return soon. */
const CHECK_MS = 5_000;

export interface S3StoreOptions {
  /** It must exist: the store never creates one. */
  readonly bucket: string;
  /** Key of a folder for the objects and nothing else. Default: the whole bucket. */
  readonly prefix?: string;
  /** Default: from the AWS_* variables and the files of the AWS tools. */
  readonly access?: S3Access;
  /** Address of the server in links. Null: clients cannot reach it. Default: the endpoint that the store uses. */
  readonly publicEndpoint?: string | null;
  /** Age in milliseconds after which writes abort uploads that a crash left. They look as often. Default: a day. */
  readonly leftoverAge?: number;
}

/** Creates a store for any number of machines. Invalid keys throw TypeError. */
export const createS3Store = (options: S3StoreOptions): ObjectStore => new S3Store(options);

class S3Store implements ObjectStore {
  readonly #connection: S3Connection;
  /** The endpoint for clients; null when they cannot reach the server. */
  readonly #outside: S3Connection | null;
  readonly #prefix: string;
  readonly #leftoverAge: number;
  #sweptAt = Number.NEGATIVE_INFINITY;
  /** Set when the server has rejected DeleteObjects, or the checksum that the SDK sends with it. */
  #deletesSingly = false;
  #bucketSeen = false;

  constructor({ bucket, prefix = '', access, publicEndpoint, leftoverAge = DAY_MS }: S3StoreOptions) {
    this.#connection = new S3Connection(bucket, access);
    this.#outside =
      typeof publicEndpoint === 'string'
        ? this.#connection.at(publicEndpoint)
        : publicEndpoint === null
          ? null
          : this.#connection;
    this.#prefix = prefix === '' ? '' : `${checkKey(prefix)}/`;
    this.#leftoverAge = leftoverAge;
  }

  async put(key: string, body: Readable | Uint8Array | string, options: PutOptions = {}): Promise<Written> {
    const source = body instanceof Readable ? body : Readable.from([body]);
    return this.#upload(key, source, options);
  }

  async adopt(key: string, path: string, options: PutOptions = {}): Promise<Written> {
    this.#name(key);
    options.signal?.throwIfAborted();
    const { source, size } = await openLocalFile(path);
    const written = await this.#upload(key, source, { ...options, size });
    await rm(path, { force: true });
    return written;
  }

  async copy(from: string, key: string, { signal }: PutOptions = {}): Promise<Written | null> {
    const { Bucket, Key } = this.#at(from);
    const CopySource = encodePath(`${Bucket}/${Key}`);
    const command = new CopyObjectCommand({ ...this.#at(key), CopySource });
    try {
      await this.#connection.send(
        `copy ${quoted(from)}`,
        (client, options) => client.send(command, options),
        { signal, timeoutMs: COPY_MS },
      );
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (isAbsence(error)) return null;
      if (!isUnsupported(error)) throw error;
      // More than 5 GB, or a server that cannot copy.
      const body = await this.get(from, signal && { signal });
      return body && this.put(key, body, signal && { signal });
    }
    const copied = await this.get(key, signal && { signal });
    return copied && digest(copied);
  }

  async get(
    key: string,
    { start = 0, end = Number.MAX_SAFE_INTEGER, signal }: GetOptions = {},
  ): Promise<Readable | null> {
    if (!(start >= 0 && end >= start)) throw new RangeError(`There are no bytes from ${start} to ${end}`);
    const all = start === 0 && end === Number.MAX_SAFE_INTEGER;
    const Range = all ? undefined : `bytes=${start}-${end}`;
    const command = new GetObjectCommand({ ...this.#at(key), Range });
    const action = `read ${quoted(key)}`;
    signal?.throwIfAborted();
    try {
      const { Body } = await this.#connection.send(
        action,
        (client, options) => client.send(command, options),
        {
          signal,
        },
      );
      const explain = (error: unknown) => explained(error, action, this.#connection.bucket);
      return abortable(reading(Body as Readable, explain), signal);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (isAbsence(error)) return null;
      if (isPastTheEnd(error)) return Readable.from([]);
      throw error;
    }
  }

  async head(key: string): Promise<ObjectInfo | null> {
    const command = new HeadObjectCommand(this.#at(key));
    const action = `read ${quoted(key)}`;
    try {
      const found = await this.#connection.send(action, (client, options) => client.send(command, options));
      return toInfo(key, found.ContentLength, found.LastModified);
    } catch (error) {
      if (!isAbsence(error)) throw error;
      await this.#checkBucket(action);
      return null;
    }
  }

  list(prefix: string, { after = '' }: { after?: string } = {}): AsyncIterable<ObjectInfo> {
    const below = prefix === '' ? '' : checkPrefix(prefix, PROBE);
    return this.#list(`${this.#prefix}${below}`, after);
  }

  async delete(key: string): Promise<void> {
    await this.#deleteObject(this.#at(key).Key, `delete ${quoted(key)}`);
  }

  async deleteAll(prefix: string): Promise<void> {
    const below = `${this.#prefix}${checkPrefix(prefix, PROBE)}`;
    const action = `delete all of ${quoted(prefix)}`;
    for await (const page of pages(this.#connection, { prefix: below, action })) {
      if (page.length === 0) continue;
      const keys = page.map(({ key }) => key);
      try {
        if (!this.#deletesSingly) {
          await this.#deletePage(keys, action);
          continue;
        }
      } catch (error) {
        if (!isUnsupported(error)) throw error;
        this.#deletesSingly = true;
      }
      await mapConcurrent(keys, { concurrency: SINGLE_DELETES }, (key) => this.#deleteObject(key, action));
    }
  }

  async #deletePage(keys: readonly string[], action: string): Promise<void> {
    const { bucket } = this.#connection;
    const Objects = keys.map((Key) => ({ Key }));
    const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } });
    const { Errors = [] } = await this.#connection.send(action, (client, options) =>
      client.send(command, options),
    );
    // A response with status 200 may still report failures.
    const [left] = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
    if (left) throw explained({ name: left.Code }, action, bucket);
  }

  async #deleteObject(Key: string, action: string): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.#connection.bucket, Key });
    try {
      await this.#connection.send(action, (client, options) => client.send(command, options));
    } catch (error) {
      if (isAbsence(error)) return;
      // Servers that keep objects as files may fail to delete a key that is a folder of others.
      if (!isInternalError(error) || !(await this.#isAbsent(Key, action))) throw error;
    }
  }

  /** False if the server cannot tell. */
  #isAbsent(Key: string, action: string): Promise<boolean> {
    const command = new HeadObjectCommand({ Bucket: this.#connection.bucket, Key });
    return this.#connection
      .send(action, (client, options) => client.send(command, options))
      .then(() => false, isAbsence);
  }

  localPath(key: string): null {
    this.#name(key);
    return null;
  }

  /** With temporary credentials, the URL expires with them. */
  async link(key: string, { expiresSeconds, fileName, mediaType }: LinkOptions): Promise<string | null> {
    const at = this.#at(key);
    if (this.#outside === null) return null;
    const command = new GetObjectCommand({
      ...at,
      ResponseContentType: mediaType,
      // As attachment only: HTML of users would otherwise run on the bucket's host.
      ResponseContentDisposition: formatContentDisposition('attachment', fileName),
    });
    return this.#outside.send(`give an address for ${quoted(key)}`, (client) =>
      getSignedUrl(client, command, { expiresIn: expiresSeconds }),
    );
  }

  async check(): Promise<void> {
    const at = { Bucket: this.#connection.bucket, Key: `${this.#prefix}${PROBE}` };
    const found = await this.#connection.send(
      'be used',
      async (client, options) => {
        await client.send(new PutObjectCommand({ ...at, Body: PROBE_TEXT }), options);
        const { Body } = await client.send(new GetObjectCommand(at), options);
        return Body?.transformToString();
      },
      { timeoutMs: CHECK_MS },
    );
    if (found !== PROBE_TEXT) {
      throw new DarkroomError(
        'store_unavailable',
        'The object store does not give back what was written to it',
      );
    }
  }

  async #upload(key: string, source: Readable, options: PutOptions & { size?: number }): Promise<Written> {
    const name = this.#name(key);
    if (Date.now() - this.#sweptAt > this.#leftoverAge) {
      this.#sweptAt = Date.now();
      void sweep(this.#connection, this.#prefix, this.#leftoverAge);
    }
    return upload(this.#connection, source, { ...options, key: name, action: `write ${quoted(key)}` });
  }

  async *#list(prefix: string, after: string): AsyncGenerator<ObjectInfo> {
    const from = after === '' ? '' : `${this.#prefix}${after}`;
    for await (const info of inByteOrder(this.#listAll(prefix, from), prefix, from)) {
      const key = info.key.slice(this.#prefix.length);
      if (isKey(key)) yield { ...info, key };
    }
  }

  /** In the order of the server. May begin before `from`. */
  async *#listAll(prefix: string, from: string): AsyncGenerator<ObjectInfo> {
    const action = `list ${quoted(prefix.slice(this.#prefix.length))}`;
    const after = startBefore(from, prefix) || undefined;
    for await (const page of pages(this.#connection, { prefix, after, action })) yield* page;
  }

  /** HEAD of an object cannot tell a missing bucket from a missing object. Checks until the bucket was seen once. */
  async #checkBucket(action: string): Promise<void> {
    if (this.#bucketSeen) return;
    const command = new HeadBucketCommand({ Bucket: this.#connection.bucket });
    await this.#connection.send(action, (client, options) =>
      client.send(command, options).catch((error: unknown) => {
        throw isAbsence(error) ? Object.assign(new Error('missing'), { code: 'NoSuchBucket' }) : error;
      }),
    );
    this.#bucketSeen = true;
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#connection.bucket, Key: this.#name(key) };
  }

  /** The key in the bucket. S3's limit applies to the key with its prefix. */
  #name(key: string): string {
    return checkKey(`${this.#prefix}${checkKey(key, PROBE)}`);
  }
}

/** Ignores what others put into the bucket, such as the empty objects that consoles make for folders. */
const isKey = (key: string): boolean =>
  key.split('/').every((part) => findPartFault(part) === null) && key.split('/')[0] !== PROBE;

const quoted = (key: string): string => JSON.stringify(key);
