/** A real OpenID Connect provider, with clients that get tokens by their credentials, and signed tokens that it would not issue. */
import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import Provider from 'oidc-provider';
import { freePort } from './ports.ts';

export const AUDIENCE = 'https://darkroom.example/api';

const HOST = '127.0.0.1';
const ALGORITHM = 'RS256';
const SECRET = 'secret-of-a-test-client';

export interface IdentityProvider {
  readonly issuer: string;
  /** As a client gets one, its id being its tenant. */
  token(client: 'acme' | 'beta' | 'nobody', scope?: string): Promise<string>;
  /** Signed with its key: whatever is in it, and whatever is in its header. */
  sign(claims: JWTPayload, header?: { readonly typ?: string; readonly kid?: string }): Promise<string>;
  /** What it puts into the tokens of a client. */
  claims(changes?: JWTPayload): JWTPayload;
  readonly publicKey: () => JWK;
  /** It signs with another key from now on, and no longer publishes the old one. */
  rotate(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Requests for its keys so far. */
  readonly keyRequests: () => number;
}

/** `isUp`: false begins with nothing at its address. */
export async function startIdentityProvider({ isUp = true } = {}): Promise<IdentityProvider> {
  const issuer = `http://${HOST}:${await freePort()}`;
  let key = await freshKey();
  let server: Server | null = null;
  let keyRequests = 0;

  const start = async () => {
    const answer = providerOf(issuer, key.jwk).callback();
    const started = createServer((request, response) => {
      if (request.url === '/jwks') keyRequests += 1;
      // Or who asks next, after a restart, would do so over a connection that is gone.
      response.setHeader('connection', 'close');
      answer(request, response);
    });
    server = started;
    await new Promise<void>((resolve) => started.listen(Number(new URL(issuer).port), HOST, resolve));
  };
  const stop = async () => {
    const stopped = server;
    server = null;
    if (!stopped) return;
    await new Promise<void>((resolve) => {
      stopped.close(() => resolve());
      stopped.closeAllConnections();
    });
  };
  const claims = (changes: JWTPayload = {}): JWTPayload => {
    const now = Math.floor(Date.now() / 1000);
    return { iss: issuer, aud: AUDIENCE, sub: 'acme', tenant: 'acme', iat: now, exp: now + 600, ...changes };
  };

  if (isUp) await start();
  return {
    issuer,
    claims,
    start,
    stop,
    keyRequests: () => keyRequests,
    publicKey: () => {
      const { kty, n, e, kid } = key.jwk;
      return { kty, n, e, kid, alg: ALGORITHM } as JWK;
    },
    token: async (client, scope = '') => {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${client}:${SECRET}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope && { scope }) }),
      });
      const body = (await response.json()) as { access_token?: string };
      if (body.access_token === undefined) throw new Error(`No token: ${JSON.stringify(body)}`);
      return body.access_token;
    },
    sign: (payload, header = {}) =>
      new SignJWT(payload)
        .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', kid: key.jwk.kid ?? '', ...header })
        .sign(key.privateKey),
    rotate: async () => {
      key = await freshKey();
      await stop();
      await start();
    },
  };
}

async function freshKey() {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk: JWK = { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), alg: ALGORITHM, use: 'sig' };
  return { privateKey, jwk };
}

const providerOf = (issuer: string, key: JWK): Provider =>
  new Provider(issuer, {
    jwks: { keys: [key] },
    clients: ['acme', 'beta', 'nobody'].map((client_id) => ({
      client_id,
      client_secret: SECRET,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    scopes: ['jobs:write'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: () => ({
          scope: 'jobs:write',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: ALGORITHM } },
        }),
      },
    },
    extraTokenClaims: (_: unknown, { clientId }: { clientId: string }) =>
      clientId === 'nobody' ? {} : { tenant: clientId },
  });
