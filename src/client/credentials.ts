/** Credentials of the tenant for buckets. */
import type { Cancellable } from './options.ts';
import type { Transport } from './transport.ts';
import type { CredentialsView, NewCredentials, S3Keys } from './types.ts';

const PATH = '/v1/credentials';

const pathOf = (name: string): string => `${PATH}/${encodeURIComponent(name)}`;

export class CredentialsClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Lists the credentials, without keys. */
  async list({ signal }: Cancellable = {}): Promise<readonly CredentialsView[]> {
    const list = await this.#transport.json<{ credentials: readonly CredentialsView[] }>({
      path: PATH,
      signal,
    });
    return list.credentials;
  }

  /** Stores credentials once their server has accepted them. */
  create(wanted: NewCredentials, { signal }: Cancellable = {}): Promise<CredentialsView> {
    return this.#transport.json({ method: 'POST', path: PATH, value: wanted, signal });
  }

  /** Replaces the keys of credentials. */
  rotate(name: string, keys: S3Keys, { signal }: Cancellable = {}): Promise<CredentialsView> {
    return this.#transport.json({ method: 'PUT', path: pathOf(name), value: keys, signal });
  }

  /** Deletes credentials. Jobs that still need them fail. */
  revoke(name: string, { signal }: Cancellable = {}): Promise<void> {
    return this.#transport.discard({ method: 'DELETE', path: pathOf(name), signal });
  }
}
