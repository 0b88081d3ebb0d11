/** Port: identifies the caller of a request. One file implements each kind of credential. */

import type { Role } from './roles.ts';

/** The caller of a request. */
export interface Principal {
  /** The tenant whose jobs the caller sees. */
  readonly tenant: string;
  /** For logs only: the name of a key, or the subject of a token. */
  readonly subject: string;
  readonly role: Role;
}

export interface Authenticator {
  /** Describes the credential in error messages, as in "an API key of this server". */
  readonly kind: string;
  /** Whether a credential has the format of this kind. It need not be valid. */
  recognises(credential: string): boolean;
  /**
   * Throws `unauthenticated` when the credential is invalid, `forbidden` when it lacks permission, and an outage
   * (`store_unavailable`, `issuer_unavailable`) when it cannot be checked now; `rate_limited` after too many failures.
   *
   * @param address of the client, for which failures count; omitted: they do not count
   */
  identify(credential: string, address?: string | null): Promise<Principal>;
}
