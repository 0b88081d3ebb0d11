/**
 * Public keys of an identity provider, found by OpenID Connect Discovery. They are fetched for the first token, so the API
 * starts while the provider is down, and again when a token names an unknown key. While the provider is unavailable, cached
 * keys stay valid for a while.
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { DarkroomError } from '../errors.ts';
import { withTimeout } from '../lib/with-timeout.ts';
import { providerUrl } from './settings.ts';

/** Milliseconds. */
export interface IssuerTimes {
  /** Age after which the keys are fetched again. Keys that the provider withdrew are refused from then on. */
  readonly freshMs: number;
  /** Age up to which cached keys are used while the provider is unavailable. */
  readonly staleMs: number;
  /** Minimum interval between fetches for unknown keys: anyone can send tokens that name one. */
  readonly cooldownMs: number;
  /** Interval between attempts while the provider is unavailable. */
  readonly retryMs: number;
  readonly timeoutMs: number;
}

const MINUTE = 60_000;

const defaults: IssuerTimes = {
  freshMs: 10 * MINUTE,
  staleMs: 60 * MINUTE,
  cooldownMs: 15_000,
  retryMs: 5000,
  timeoutMs: 5000,
};

const configuration = z.object({ issuer: z.string(), jwks_uri: providerUrl.pipe(z.url()) });
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

interface FetchedKeys {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly at: number;
}

export class IssuerKeys {
  readonly #issuer: string;
  readonly #times: IssuerTimes;
  #keys: FetchedKeys | null = null;
  #failure: { readonly error: DarkroomError; readonly at: number } | null = null;
  #loading: Promise<void> | null = null;

  /** @param issuer The issuer URL, exactly as in tokens. */
  constructor(issuer: string, times: Partial<IssuerTimes> = {}) {
    this.#issuer = issuer;
    this.#times = { ...defaults, ...times };
  }

  /**
   * Finds the key that a token was signed with. Throws issuer_unavailable when the keys cannot be fetched, and jose's
   * JWKSNoMatchingKey when the provider has no such key.
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const keys = await this.#current();
    try {
      return await keys.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || age(keys) < this.#times.cooldownMs) throw error;
      await this.load();
      return (await this.#current()).find(header, token);
    }
  };

  /** Fetches the keys. Concurrent callers share one fetch. Throws issuer_unavailable, also shortly after a failed fetch. */
  async load(): Promise<void> {
    if (this.#failure && age(this.#failure) < this.#times.retryMs) throw this.#failure.error;
    this.#loading ??= this.#fetch().finally(() => {
      this.#loading = null;
    });
    await this.#loading;
  }

  async #current(): Promise<FetchedKeys> {
    const { freshMs, staleMs } = this.#times;
    if (this.#keys && age(this.#keys) < freshMs) return this.#keys;
    try {
      await this.load();
    } catch (error) {
      if (!this.#keys || age(this.#keys) > staleMs) throw error;
    }
    if (this.#keys) return this.#keys;
    throw new Error('load() fetches keys or throws');
  }

  async #fetch(): Promise<void> {
    try {
      const address = `${this.#issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
      const { issuer, jwks_uri } = await this.#get(address, configuration);
      // OpenID Connect Discovery 1.0, section 4.3: otherwise keys of another issuer would be accepted.
      if (issuer !== this.#issuer)
        throw new Error(`its issuer is "${issuer}"; DARKROOM_OIDC_ISSUER must be exactly the same`);
      const keys = (await this.#get(jwks_uri, keySet)) as JSONWebKeySet;
      this.#keys = { find: createLocalJWKSet(keys), at: Date.now() };
      this.#failure = null;
    } catch (cause) {
      const message = `The keys of the identity provider at ${this.#issuer} cannot be fetched now; try again`;
      this.#failure = { error: new DarkroomError('issuer_unavailable', message, { cause }), at: Date.now() };
      throw this.#failure.error;
    }
  }

  async #get<Schema extends z.ZodType>(url: string, schema: Schema): Promise<z.output<Schema>> {
    const document = await withTimeout(this.#times.timeoutMs, undefined, async (signal) => {
      // Only the configured host is trusted.
      const response = await fetch(url, {
        headers: { accept: 'application/json' },
        redirect: 'error',
        signal,
      });
      if (!response.ok) throw new Error(`${url} returned status ${response.status}`);
      return response.json();
    });
    const parsed = schema.safeParse(document);
    if (parsed.success) return parsed.data;
    throw new Error(`${url} returned an invalid document: ${z.prettifyError(parsed.error)}`);
  }
}

const age = ({ at }: { readonly at: number }): number => Date.now() - at;
