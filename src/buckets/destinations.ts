/** Where operations send files of a tenant. */
import type { Destinations } from '../jobs/ports/destinations.ts';
import type { OpenUploads } from '../jobs/ports/open-uploads.ts';
import type { GuardedHttp } from '../net/guarded-http.ts';
import { putFile } from './put-file.ts';
import { putUrl } from './put-url.ts';
import type { TenantBuckets } from './tenant-buckets.ts';

export const createDestinations =
  (buckets: TenantBuckets, uploads: Pick<OpenUploads, 'begin'>, http: GuardedHttp) =>
  (tenant: string): Destinations => ({
    openBucket: async (credentials, given) => {
      const connection = await buckets.open(tenant, credentials, given);
      const { bucket } = connection;
      return {
        bucket,
        put: (request, signal) =>
          putFile(
            connection,
            request,
            (upload) => uploads.begin({ tenant, credentials, bucket, ...upload }),
            signal,
          ),
      };
    },
    putUrl: (request, signal) => putUrl(http, tenant, request, signal),
  });
