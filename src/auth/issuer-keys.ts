/**
 * Public keys of an identity provider, by OpenID Connect Discovery. They are fetched when the first token comes, so that a
 * provider that is down keeps no API from starting, and when a token names a key that is not among them. While the
 * provider is away, those that are known do for a while: what is here already should not fail with it.
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { DarkroomError } from '../errors.ts';
import { providerUrl } from './settings.ts';

/** Milliseconds. */
export interface IssuerTimes {
  /** After which they are fetched anew: a key that its provider withdrew is no good from then on. */
  readonly freshMs: number;
  /** For which those that are known do while the provider is away. */
  readonly staleMs: number;
  /** Between two looks for a key that is not among them: anybody can send tokens that name one. */
  readonly cooldownMs: number;
  /** Between two attempts while it is away. */
  readonly retryMs: number;
  readonly timeoutMs: number;
}

const MINUTE = 60_000;

const usual: IssuerTimes = {
  freshMs: 10 * MINUTE,
  staleMs: 60 * MINUTE,
  cooldownMs: 15_000,
  retryMs: 5000,
  timeoutMs: 5000,
};

const configuration = z.object({ issuer: z.string(), jwks_uri: providerUrl.pipe(z.url()) });
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

interface Known {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly at: number;
}

export class IssuerKeys {
  readonly #issuer: string;
  readonly #times: IssuerTimes;
  #known: Known | null = null;
  #failure: { readonly error: DarkroomError; readonly at: number } | null = null;
  #loading: Promise<void> | null = null;

  /** `issuer`: its address, as tokens have it. */
  constructor(issuer: string, times: Partial<IssuerTimes> = {}) {
    this.#issuer = issuer;
    this.#times = { ...usual, ...times };
  }

  /**
   * The key that a token was signed with. Throws issuer_unavailable when the keys cannot be had, and jose's
   * JWKSNoMatchingKey when it is not among them.
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const known = await this.#current();
    try {
      return await known.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || age(known) < this.#times.cooldownMs) throw error;
      await this.load();
      return (await this.#current()).find(header, token);
    }
  };

  /** Fetches them. Throws issuer_unavailable, also when that was so a moment ago. */
  async load(): Promise<void> {
    if (this.#failure && age(this.#failure) < this.#times.retryMs) throw this.#failure.error;
    this.#loading ??= this.#fetch().finally(() => {
      this.#loading = null;
    });
    await this.#loading;
  }

  async #current(): Promise<Known> {
    const { freshMs, staleMs } = this.#times;
    if (this.#known && age(this.#known) < freshMs) return this.#known;
    try {
      await this.load();
    } catch (error) {
      if (!this.#known || age(this.#known) > staleMs) throw error;
    }
    if (this.#known) return this.#known;
    throw new Error('Loading gives keys or throws');
  }

  async #fetch(): Promise<void> {
    try {
      const address = `${this.#issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
      const { issuer, jwks_uri } = await this.#get(address, configuration);
      // OpenID Connect Discovery 1.0, section 4.3: or somebody else's keys would do.
      if (issuer !== this.#issuer)
        throw new Error(`it calls itself "${issuer}"; DARKROOM_OIDC_ISSUER must be the same to the letter`);
      const keys = (await this.#get(jwks_uri, keySet)) as JSONWebKeySet;
      this.#known = { find: createLocalJWKSet(keys), at: Date.now() };
      this.#failure = null;
    } catch (cause) {
      const message = `The identity provider at ${this.#issuer} cannot be asked for its keys now; try again`;
      this.#failure = { error: new DarkroomError('issuer_unavailable', message, { cause }), at: Date.now() };
      throw this.#failure.error;
    }
  }

  async #get<Schema extends z.ZodType>(url: string, schema: Schema): Promise<z.output<Schema>> {
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      // Where it is has been configured; nobody else is to be asked.
      redirect: 'error',
      signal: AbortSignal.timeout(this.#times.timeoutMs),
    });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    const parsed = schema.safeParse(await response.json());
    if (parsed.success) return parsed.data;
    throw new Error(`${url} answered what cannot be used: ${z.prettifyError(parsed.error)}`);
  }
}

const age = ({ at }: { readonly at: number }): number => Date.now() - at;
