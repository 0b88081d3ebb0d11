/** Where operations send files of a tenant. */
import type { Destinations } from '../jobs/ports/destinations.ts';
import type { GuardedHttp } from '../net/guarded-http.ts';
import { putFile } from './put-file.ts';
import { putUrl } from './put-url.ts';
import type { TenantBuckets } from './tenant-buckets.ts';

export const createDestinations =
  (buckets: TenantBuckets, http: GuardedHttp) =>
  (tenant: string): Destinations => ({
    openBucket: async (credentials, bucket) => {
      const connection = await buckets.open(tenant, credentials, bucket);
      return { bucket: connection.bucket, put: (request, signal) => putFile(connection, request, signal) };
    },
    putUrl: (request, signal) => putUrl(http, tenant, request, signal),
  });
