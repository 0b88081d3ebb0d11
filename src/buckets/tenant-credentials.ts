/** Credentials of tenants: stored once their server has accepted them. */
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DarkroomError, hasCode } from '../errors.ts';
import { placeOf, type S3Keys, type S3Place } from '../jobs/model/credentials.ts';
import type { CredentialStore, Credentials } from '../jobs/ports/credentials.ts';
import { invalidRequest } from '../jobs/validation/invalid-request.ts';
import { BucketConnection, credentialsNotFound, type NetworkGuard } from './bucket-connection.ts';

export function createTenantCredentials(store: CredentialStore, guard: NetworkGuard): Credentials {
  const find = async (tenant: string, name: string) => {
    const found = await store.find(tenant, name);
    if (!found) throw credentialsNotFound(name);
    return found;
  };

  /** Lists one object: the answer to a request without a body could not say what is wrong. */
  async function test(tenant: string, place: S3Place, keys: S3Keys): Promise<void> {
    const connection = new BucketConnection({ ...place, keys }, guard, tenant);
    const list = new ListObjectsV2Command({ Bucket: place.bucket, MaxKeys: 1 });
    try {
      await connection.send('use', (client, options) => client.send(list, options));
    } catch (error) {
      // The caller may have named a wrong server, so this is no outage of darkroom.
      if (hasCode(error, 'destination_unavailable'))
        throw new DarkroomError(
          'destination_given_up',
          `${error.message}. Check the endpoint, or try again later`,
          {
            details: error.details ?? {},
            cause: error,
          },
        );
      if (!hasCode(error, 'destination_refused')) throw error;
      if (error.details?.['reason'] === 'AddressForbidden')
        throw invalidRequest([{ pointer: '/endpoint', detail: error.message }]);
      throw new DarkroomError('credentials_rejected', error.message, {
        details: error.details ?? {},
        cause: error,
      });
    }
  }

  return {
    list: (tenant) => store.list(tenant),
    get: find,

    async create(tenant, { name, access_key_id, secret_access_key, session_token, ...place }) {
      if (await store.find(tenant, name))
        throw new DarkroomError(
          'credentials_exist',
          `Credentials "${name}" exist; replace their keys with PUT /v1/credentials/${name}, or delete them first`,
        );
      const keys = { access_key_id, secret_access_key, session_token };
      await test(tenant, place, keys);
      const { endpoint = null, region, bucket, path_style = endpoint !== null } = place;
      const created_at = new Date().toISOString();
      const view = {
        name,
        kind: 's3',
        endpoint,
        region,
        bucket,
        path_style,
        created_at,
        rotated_at: null,
      } as const;
      return store.write(tenant, view, keys);
    },

    async rotate(tenant, name, keys) {
      const view = await find(tenant, name);
      await test(tenant, placeOf(view), keys);
      return store.write(tenant, { ...view, rotated_at: new Date().toISOString() }, keys);
    },

    async revoke(tenant, name) {
      await find(tenant, name);
      await store.delete(tenant, name);
    },
  };
}
