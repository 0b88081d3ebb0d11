/** Tokens of a real OpenID Connect provider, and those that are none or not for us. */
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Authenticator } from '../../../src/auth/authenticator.ts';
import { createOidcAuthenticator, type OidcOptions } from '../../../src/auth/oidc.ts';
import { AUDIENCE, type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts';

let provider: IdentityProvider;
beforeAll(async () => {
  provider = await startIdentityProvider();
});
afterAll(() => provider.stop());

const authenticator = (options: Partial<OidcOptions> = {}): Authenticator =>
  createOidcAuthenticator({
    issuer: provider.issuer,
    audience: [AUDIENCE],
    tenantClaim: 'tenant',
    scope: null,
    writeScope: null,
    ...options,
  });

const refusal = (token: string, options: Partial<OidcOptions> = {}): Promise<unknown> =>
  authenticator(options)
    .identify(token)
    .then(
      (caller) => caller,
      ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
    );

describe('a token that a client got from its provider', () => {
  test('names tenant and subject', async () => {
    const oidc = authenticator();
    const token = await provider.token('acme');
    expect(oidc.recognises(token)).toBe(true);
    expect(await oidc.identify(token)).toEqual({ tenant: 'acme', subject: 'acme', access: 'full' });
    expect(await oidc.identify(await provider.token('beta'))).toMatchObject({ tenant: 'beta' });
  });

  test('without the claim is told which, unless all are of one tenant', async () => {
    const token = await provider.token('nobody');
    expect(await refusal(token)).toMatch(
      /^forbidden: The token has no claim "tenant".*DARKROOM_OIDC_TENANT_CLAIM/,
    );
    expect(await authenticator({ tenantClaim: null }).identify(token)).toMatchObject({ tenant: 'public' });
  });

  test('needs the scopes that the operator wants', async () => {
    const [plain, writing] = [await provider.token('acme'), await provider.token('acme', 'jobs:write')];
    expect(await refusal(plain, { scope: 'jobs:write' })).toBe(
      'forbidden: The token lacks the scope "jobs:write"',
    );
    expect(await refusal(writing, { scope: 'jobs:write' })).toMatchObject({ access: 'full' });
    expect(await refusal(plain, { writeScope: 'jobs:write' })).toMatchObject({ access: 'read' });
    expect(await refusal(writing, { writeScope: 'jobs:write' })).toMatchObject({ access: 'full' });
  });

  test('keys are fetched once for many', async () => {
    const oidc = authenticator();
    const before = provider.keyRequests();
    const tokens = await Promise.all(Array.from({ length: 10 }, () => provider.token('acme')));
    await Promise.all(tokens.map((token) => oidc.identify(token)));
    for (const token of tokens) await oidc.identify(token);
    expect(provider.keyRequests() - before).toBe(1);
  });
});

describe('scopes and tenants, as providers write them', () => {
  test.each([
    ['a text', { scope: 'openid jobs:write' }],
    ['a list', { scope: ['openid', 'jobs:write'] }],
    ['scp', { scp: ['jobs:write'] }],
  ])('%s', async (_, changes) => {
    const token = await provider.sign(provider.claims(changes));
    expect(await refusal(token, { scope: 'jobs:write' })).toMatchObject({ tenant: 'acme' });
  });

  test.each([['Acme'], ['../beta'], ['a/b'], ['_keys'], [''], ['a'.repeat(64)], [['acme']], [7]])(
    '%j is no tenant',
    async (tenant) => {
      expect(await refusal(await provider.sign(provider.claims({ tenant })))).toMatch(
        /^forbidden: The token names no tenant: its claim "tenant"/,
      );
    },
  );

  test('another claim', async () => {
    const token = await provider.sign(provider.claims({ 'https://example.com/org': 'org-7' }));
    expect(await refusal(token, { tenantClaim: 'https://example.com/org' })).toMatchObject({
      tenant: 'org-7',
    });
  });

  test.each(['JWT', 'application/at+jwt', 'AT+JWT'])('the type %s', async (typ) => {
    expect(await refusal(await provider.sign(provider.claims(), { typ }))).toMatchObject({ tenant: 'acme' });
  });
});

describe('what is refused', () => {
  const past = Math.floor(Date.now() / 1000) - 120;

  test.each<[string, () => Promise<string> | string, RegExp]>([
    ['expired', () => provider.sign(provider.claims({ exp: past })), /has expired/],
    ['without an end', () => provider.sign(provider.claims({ exp: undefined })), /claim "exp".*missing/],
    ['not yet good', () => provider.sign(provider.claims({ nbf: past + 1000 })), /not valid yet/],
    [
      'for another server',
      () => provider.sign(provider.claims({ aud: 'https://other.example' })),
      /for another server.*"https:\/\/darkroom\.example\/api"/,
    ],
    ['for nobody', () => provider.sign(provider.claims({ aud: undefined })), /for another server/],
    [
      'of another issuer',
      () => provider.sign(provider.claims({ iss: 'https://other.example' })),
      /issuer other than/,
    ],
    ['of another type', () => provider.sign(provider.claims(), { typ: 'logout+jwt' }), /not an access token/],
    ['tampered with', async () => tampered(await provider.token('acme')), /signature/],
    ['signed by nobody', () => new UnsecuredJWT(provider.claims()).encode(), /must be signed/],
    ['signed by somebody else', () => signedBySomebody({}), /does not name a key/],
    [
      'signed by somebody else in its name',
      () => signedBySomebody({ kid: provider.publicKey().kid ?? '' }),
      /signature/,
    ],
    ['signed with its public key as a shared secret', signedWithPublicKey, /must be signed/],
    ['of garbage', () => 'a.b.c', /not a valid JWT/],
  ])('a token %s', async (_, token, reason) => {
    const said = await refusal(await token());
    expect(said).toMatch(/^unauthenticated: /);
    expect(said).toMatch(reason);
  });

  /** Another tenant, and the signature as it was. */
  function tampered(token: string): string {
    const [head, body = '', signature] = token.split('.');
    const claims = { ...JSON.parse(Buffer.from(body, 'base64url').toString()), tenant: 'beta' };
    return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
  }

  async function signedBySomebody(header: { kid?: string }): Promise<string> {
    const { privateKey } = await generateKeyPair('RS256');
    return new SignJWT(provider.claims())
      .setProtectedHeader({ alg: 'RS256', kid: 'somebody', ...header })
      .sign(privateKey);
  }

  function signedWithPublicKey(): Promise<string> {
    const key = provider.publicKey();
    return new SignJWT(provider.claims())
      .setProtectedHeader({ alg: 'HS256', kid: key.kid ?? '' })
      .sign(Buffer.from(JSON.stringify(key)));
  }
});

describe('keys of the provider', () => {
  const times = { cooldownMs: 0, retryMs: 0 };

  test('a new one is found, and one that is gone is no good', async () => {
    const oidc = authenticator({ times });
    const old = await provider.token('acme');
    await oidc.identify(old);
    await provider.rotate();
    expect(await oidc.identify(await provider.token('acme'))).toMatchObject({ tenant: 'acme' });
    await expect(oidc.identify(old)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('tokens that name keys of nobody do not make us ask each time', async () => {
    const oidc = authenticator();
    const before = provider.keyRequests();
    for (let count = 0; count < 20; count++) {
      const token = await provider.sign(provider.claims(), { kid: `made-up-${count}` });
      await expect(oidc.identify(token)).rejects.toMatchObject({ code: 'unauthenticated' });
    }
    expect(provider.keyRequests() - before).toBe(1);
  });

  test('while it is away, what is known does, and what is not is an outage and no refusal', async () => {
    const known = authenticator({ times: { ...times, freshMs: 0 } });
    const token = await provider.token('acme');
    await known.identify(token);
    await provider.stop();
    try {
      expect(await known.identify(token)).toMatchObject({ tenant: 'acme' });
      const unknown = await provider.sign(provider.claims(), { kid: 'newer' });
      for (const attempt of [() => known.identify(unknown), () => authenticator().identify(token)])
        await expect(attempt()).rejects.toMatchObject({
          code: 'issuer_unavailable',
          status: 503,
          retryable: true,
        });
      const tooOld = authenticator({ times: { ...times, freshMs: 0, staleMs: -1 } });
      await expect(tooOld.identify(token)).rejects.toMatchObject({ code: 'issuer_unavailable' });
    } finally {
      await provider.start();
    }
  });

  test('one that was away is asked again, and not at once by everybody', async () => {
    const patient = authenticator();
    const eager = authenticator({ times });
    const token = await provider.token('acme');
    await provider.stop();
    for (const oidc of [patient, eager])
      await expect(oidc.identify(token)).rejects.toMatchObject({ code: 'issuer_unavailable' });
    await provider.start();
    await expect(patient.identify(token)).rejects.toMatchObject({ code: 'issuer_unavailable' });
    expect(await eager.identify(token)).toMatchObject({ tenant: 'acme' });
  });

  test('one that calls itself otherwise than it was configured is not believed', async () => {
    const issuer = provider.issuer.replace('127.0.0.1', 'localhost');
    const attempt = authenticator({ issuer }).identify(await provider.token('acme'));
    await expect(attempt).rejects.toMatchObject({
      code: 'issuer_unavailable',
      cause: { message: expect.stringContaining('must be exactly the same') },
    });
  });
});
