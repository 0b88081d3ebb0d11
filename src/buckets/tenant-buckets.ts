/** The buckets of tenants, opened with their credentials. */
import type { Readable } from 'node:stream';
import { LRUCache } from 'lru-cache';
import { DarkroomError, isOutage } from '../errors.ts';
import type { S3Source } from '../jobs/model/asset.ts';
import type { BucketObject, BucketObjects } from '../jobs/ports/bucket-objects.ts';
import type { CredentialStore } from '../jobs/ports/credentials.ts';
import type { OpenUpload, UploadAborter } from '../jobs/ports/open-uploads.ts';
import { failureOf } from '../net/http-failure.ts';
import { relayBody } from '../net/relay-body.ts';
import { BucketConnection, credentialsNotFound, type NetworkGuard } from './bucket-connection.ts';
import { listBucket, openObject } from './objects.ts';
import { abort } from './put-parts.ts';

type ObjectSource = Pick<S3Source, 'credentials' | 'bucket' | 'etag'> & { readonly key: string };

/** Connections that are kept for the next file. */
const MAX_CONNECTIONS = 100;

export class TenantBuckets implements BucketObjects, UploadAborter {
  readonly #store: CredentialStore;
  readonly #guard: NetworkGuard;
  readonly #connections = new LRUCache<string, BucketConnection>({ max: MAX_CONNECTIONS });

  constructor(store: CredentialStore, guard: NetworkGuard) {
    this.#store = store;
    this.#guard = guard;
  }

  /**
   * @param bucket - Default: that of the credentials.
   * @throws credentials_not_found, store_unavailable, master_key_missing
   */
  async open(tenant: string, credentials: string, bucket?: string): Promise<BucketConnection> {
    const access = await this.#store.open(tenant, credentials);
    if (!access) throw credentialsNotFound(credentials);
    const wanted = { ...access, bucket: bucket ?? access.bucket };
    const key = JSON.stringify([tenant, wanted]);
    const known = this.#connections.get(key) ?? new BucketConnection(wanted, this.#guard, tenant);
    this.#connections.set(key, known);
    return known;
  }

  async abortUpload({ tenant, credentials, bucket, ...upload }: OpenUpload): Promise<void> {
    try {
      await abort(await this.open(tenant, credentials, bucket), upload);
    } catch (error) {
      // The caller has other uploads, on other servers and with other keys, to abort.
      if (!isOutage(error) || error.code === 'store_unavailable') throw error;
      throw new DarkroomError('destination_given_up', error.message, { cause: error });
    }
  }

  async checkCredentials(tenant: string, name: string): Promise<void> {
    if (!(await this.#store.find(tenant, name))) throw credentialsNotFound(name);
  }

  async list(
    tenant: string,
    { credentials, bucket, prefix = '' }: S3Source,
    limit: number,
  ): Promise<BucketObject[]> {
    return listBucket(await this.open(tenant, credentials, bucket), prefix, limit);
  }

  /**
   * Opens an object. Its body must be read or destroyed.
   *
   * @param pace - Bytes that must arrive in each period.
   * @returns `missing` or `changed`: see `openObject`
   */
  async read(
    tenant: string,
    { credentials, bucket, key, etag }: ObjectSource,
    pace: { readonly periodMs: number; readonly leastBytes: number },
    signal: AbortSignal,
  ): Promise<{ readonly body: Readable; readonly total: number | null } | 'missing' | 'changed'> {
    const connection = await this.open(tenant, credentials, bucket);
    const opened = await openObject(connection, { key, etag }, signal);
    if (typeof opened === 'string') return opened;
    const { server } = connection;
    const fail = (error: unknown) => (signal.aborted ? signal.reason : failureOf(error, server));
    return { body: relayBody(opened.body, fail, { ...pace, host: server }), total: opened.size };
  }
}
