/** Port: objects in buckets of tenants. Implemented in `src/buckets/`. */
import type { S3Source } from '../model/asset.ts';

/** An object as a listing describes it. */
export interface BucketObject {
  readonly key: string;
  /** Without quotes. */
  readonly etag: string;
}

export interface BucketObjects {
  /** @throws credentials_not_found */
  checkCredentials(tenant: string, name: string): Promise<void>;
  /**
   * Lists the objects below a prefix by key, without those that stand for folders. Ends after `limit` objects.
   *
   * @throws credentials_not_found, destination_refused, destination_unavailable
   */
  list(tenant: string, source: S3Source, limit: number): Promise<BucketObject[]>;
}
