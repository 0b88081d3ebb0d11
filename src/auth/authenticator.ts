/** Port: how it is found out who makes a request. One file implements each kind of credential. */

/** Who makes a request. */
export interface Principal {
  /** Whose jobs these are; those of another tenant are not there for this one. */
  readonly tenant: string;
  /** For the log alone: the name of a key, the subject of a token. */
  readonly subject: string;
  /** `read`: may look, and change nothing. */
  readonly access: Access;
}

export type Access = 'full' | 'read';

export interface Authenticator {
  /** What a credential of this kind is, for who sent another, as in "a key of this server". */
  readonly kind: string;
  /** Whether a credential has the form of this kind; it need not be a good one. */
  recognises(credential: string): boolean;
  /**
   * Throws `unauthenticated` when it is no good and `forbidden` when it is, and not for this; an outage
   * (`store_unavailable`, `issuer_unavailable`) when that cannot be told now.
   */
  identify(credential: string): Promise<Principal>;
}
