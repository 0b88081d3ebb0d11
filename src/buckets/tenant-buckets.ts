/** The buckets of tenants, opened with their credentials. */
import { LRUCache } from 'lru-cache';
import type { CredentialStore } from '../jobs/ports/credentials.ts';
import type { Destinations } from '../jobs/ports/destinations.ts';
import { BucketConnection, credentialsNotFound, type NetworkGuard } from './bucket-connection.ts';
import { putFile } from './put-file.ts';

/** Connections that are kept for the next file. */
const MAX_CONNECTIONS = 100;

export class TenantBuckets {
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

  forTenant(tenant: string): Destinations {
    return {
      openBucket: async (credentials, bucket) => {
        const connection = await this.open(tenant, credentials, bucket);
        return {
          bucket: connection.bucket,
          put: (request, signal) => putFile(connection, request, signal),
        };
      },
    };
  }
}
