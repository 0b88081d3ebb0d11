/** Ports: credentials of tenants. */
import type { CredentialsView, NewCredentials, S3Keys, S3Place } from '../model/credentials.ts';

/** What a server needs to know: the place and the keys. */
export interface S3Access extends S3Place {
  readonly keys: S3Keys;
}

/** Stored credentials. Implemented in `src/storage/`. All methods throw `store_unavailable`. */
export interface CredentialStore {
  /** Null when the tenant has none of this name. */
  find(tenant: string, name: string): Promise<CredentialsView | null>;
  /** With the keys. Null when the tenant has none of this name. @throws master_key_missing */
  open(tenant: string, name: string): Promise<S3Access | null>;
  /** By name. */
  list(tenant: string): Promise<CredentialsView[]>;
  /** Writes new credentials, or new keys of credentials. */
  write(tenant: string, view: Omit<CredentialsView, 'access_key_id'>, keys: S3Keys): Promise<CredentialsView>;
  delete(tenant: string, name: string): Promise<void>;
}

/** What the API does with credentials. Implemented in `src/buckets/`. */
export interface Credentials {
  list(tenant: string): Promise<CredentialsView[]>;
  /** @throws credentials_not_found */
  get(tenant: string, name: string): Promise<CredentialsView>;
  /**
   * Stores credentials once their server has accepted them.
   *
   * @throws credentials_exist, credentials_rejected, destination_given_up; invalid_request if the server may not be reached
   */
  create(tenant: string, wanted: NewCredentials): Promise<CredentialsView>;
  /**
   * Replaces the keys once the server has accepted the new ones.
   *
   * @throws credentials_not_found, credentials_rejected, destination_given_up
   */
  rotate(tenant: string, name: string, keys: S3Keys): Promise<CredentialsView>;
  /** Deletes credentials. Jobs that need them fail from then on. @throws credentials_not_found */
  revoke(tenant: string, name: string): Promise<void>;
}
