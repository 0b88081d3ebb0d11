/** Tokens of a real OpenID Connect provider, and those that are none or not for us. */
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Authenticator } from '../../../src/auth/authenticator.ts';
import { createOidcAuthenticator, type OidcOptions } from '../../../src/auth/oidc.ts';
import { type Role, roles } from '../../../src/auth/roles.ts';
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
    roleClaim: null,
    ...options,
  });

const refusal = (token: string, options: Partial<OidcOptions> = {}): Promise<unknown> =>
  authenticator(options)
    .identify(token)
    .then(
      (caller) => caller,
      ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
    );

describe('a token of the provider', () => {
  test('has a tenant and a subject', async () => {
    const oidc = authenticator();
    const token = await provider.token('acme');
    expect(oidc.recognises(token)).toBe(true);
    expect(await oidc.identify(token)).toEqual({ tenant: 'acme', subject: 'acme', role: 'submitter' });
    expect(await oidc.identify(await provider.token('beta'))).toMatchObject({ tenant: 'beta' });
  });

  test('without the tenant claim is rejected with its name, unless a tenant is configured', async () => {
    const token = await provider.token('nobody');
    expect(await refusal(token)).toMatch(
      /^forbidden: The token has no claim "tenant".*DARKROOM_OIDC_TENANT_CLAIM/,
    );
    expect(await authenticator({ tenantClaim: null }).identify(token)).toMatchObject({ tenant: 'public' });
  });

  test('needs the configured scopes', async () => {
    const [plain, writing] = [await provider.token('acme'), await provider.token('acme', 'jobs:write')];
    expect(await refusal(plain, { scope: 'jobs:write' })).toBe(
      'forbidden: The token lacks the scope "jobs:write"',
    );
    expect(await refusal(writing, { scope: 'jobs:write' })).toMatchObject({ role: 'submitter' });
    expect(await refusal(plain, { writeScope: 'jobs:write' })).toMatchObject({ role: 'viewer' });
    expect(await refusal(writing, { writeScope: 'jobs:write' })).toMatchObject({ role: 'submitter' });
  });

  test('has the role that its claim names, and else that of a submitter', async () => {
    const roleOf = async (claims: object, claim: string, values = names) =>
      refusal(await provider.sign(provider.claims(claims as never)), { roleClaim: { claim, values } });
    const names = new Map<string, Role>(roles.map((role) => [role, role]));
    const keycloak = { realm_access: { roles: ['offline_access', 'operator', 'viewer'] } };
    const auth0 = { 'https://example.com/roles': ['admin'] };
    expect(await roleOf(keycloak, 'realm_access.roles')).toMatchObject({ role: 'operator' });
    expect(await roleOf(auth0, 'https://example.com/roles')).toMatchObject({ role: 'admin' });
    expect(await roleOf({ role: 'viewer' }, 'role')).toMatchObject({ role: 'viewer' });
    for (const claims of [
      {},
      { roles: [] },
      { roles: ['root', 7, null] },
      { roles: { admin: true } },
      { roles: 7 },
    ])
      expect(await roleOf(claims, 'roles')).toMatchObject({ role: 'submitter' });
    expect(await roleOf({ roles: ['admin'] }, 'constructor.name')).toMatchObject({ role: 'submitter' });
    // With a mapping, the names of the roles mean nothing: Keycloak's own role "admin" must give no access.
    const mapped = new Map<string, Role>([['cn=imaging,dc=example', 'operator']]);
    expect(await roleOf({ groups: ['admin'] }, 'groups', mapped)).toMatchObject({ role: 'submitter' });
    expect(await roleOf({ groups: ['cn=imaging,dc=example'] }, 'groups', mapped)).toMatchObject({
      role: 'operator',
    });
    const limited = { roleClaim: { claim: 'roles', values: names }, writeScope: 'jobs:write' };
    expect(await refusal(await provider.sign(provider.claims({ roles: ['admin'] })), limited)).toMatchObject({
      role: 'viewer',
    });
  });

  test('concurrent verifications fetch the keys once', async () => {
    const oidc = authenticator();
    const before = provider.keyRequests();
    const tokens = await Promise.all(Array.from({ length: 10 }, () => provider.token('acme')));
    await Promise.all(tokens.map((token) => oidc.identify(token)));
    for (const token of tokens) await oidc.identify(token);
    expect(provider.keyRequests() - before).toBe(1);
  });
});

describe('formats of scopes and tenants', () => {
  test.each([
    ['a text', { scope: 'openid jobs:write' }],
    ['a list', { scope: ['openid', 'jobs:write'] }],
    ['scp', { scp: ['jobs:write'] }],
  ])('%s', async (_, changes) => {
    const token = await provider.sign(provider.claims(changes));
    expect(await refusal(token, { scope: 'jobs:write' })).toMatchObject({ tenant: 'acme' });
  });

  test.each([['Acme'], ['../beta'], ['a/b'], ['_keys'], [''], ['a'.repeat(64)], [['acme']], [7]])(
    'rejects the tenant %j',
    async (tenant) => {
      expect(await refusal(await provider.sign(provider.claims({ tenant })))).toMatch(
        /^forbidden: The token names no tenant: its claim "tenant"/,
      );
    },
  );

  test('reads the tenant from another claim', async () => {
    const token = await provider.sign(provider.claims({ 'https://example.com/org': 'org-7' }));
    expect(await refusal(token, { tenantClaim: 'https://example.com/org' })).toMatchObject({
      tenant: 'org-7',
    });
  });

  test.each(['JWT', 'application/at+jwt', 'AT+JWT'])('accepts the token type %s', async (typ) => {
    const token = await provider.sign(provider.claims({ scope: 'openid' }), { typ });
    expect(await refusal(token)).toMatchObject({ tenant: 'acme' });
  });
});

describe('tokens of the type JWT', () => {
  const said = async (claims: object) =>
    refusal(await provider.sign(provider.claims(claims as never), { typ: 'JWT' }));

  // As these providers document their access tokens.
  test.each([
    ['Keycloak', { typ: 'Bearer', azp: 'backend', scope: 'profile', nonce: 'of older versions' }],
    ['Keycloak, bound to a key', { typ: 'DPoP', azp: 'backend', scope: 'profile' }],
    ['Entra ID, of an application', { azp: 'f6f2c1a2', azpacr: '1', roles: ['Jobs.Write'] }],
    ['Entra ID, of version 1', { appid: 'f6f2c1a2', appidacr: '1' }],
    ['Entra ID, of a user', { azp: 'f6f2c1a2', scp: 'jobs.write' }],
    ['Auth0, of a machine', { azp: 'backend', gty: 'client-credentials' }],
    ['Auth0, of a user', { azp: 'spa', scope: 'openid profile' }],
    ['Okta', { cid: '0oa1', scp: ['jobs'] }],
    ['Cognito', { token_use: 'access', client_id: '6u', scope: 'jobs' }],
  ])('accepts an access token of %s', async (_, claims) => {
    expect(await said(claims)).toMatchObject({ tenant: 'acme' });
  });

  // As these providers document their ID tokens, for a client whose id is the audience.
  test.each([
    ['Keycloak', { typ: 'ID', azp: AUDIENCE, at_hash: 'x', auth_time: 1 }, /its claim "at_hash"/],
    ['Keycloak, without a hash', { typ: 'ID', azp: AUDIENCE }, /its claim "typ" is "ID"/],
    ['Keycloak, for a refresh', { typ: 'Refresh', azp: AUDIENCE, scope: 'openid' }, /"typ" is "Refresh"/],
    ['Entra ID', { nonce: 'n', preferred_username: 'a@example.com', ver: '2.0' }, /its claim "nonce"/],
    ['Entra ID, of the hybrid flow', { c_hash: 'x', ver: '2.0' }, /its claim "c_hash"/],
    ['Auth0', { sid: 's', name: 'A' }, /neither the type "at\+jwt" nor one of the claims scope/],
    ['Google', { azp: AUDIENCE, email: 'a@example.com' }, /neither the type/],
    ['Cognito', { token_use: 'id', 'cognito:username': 'a' }, /its claim "token_use" is "id"/],
    ['whoever adds a scope', { nonce: 'n', scope: 'openid' }, /its claim "nonce"/],
  ])('rejects an ID token of %s', async (_, claims, reason) => {
    const answer = await said(claims);
    expect(answer).toMatch(/^unauthenticated: The token is not an access token: /);
    expect(answer).toMatch(reason);
  });
});

describe('rejects', () => {
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

  test('a new key is accepted, and a removed key is rejected', async () => {
    const oidc = authenticator({ times });
    const old = await provider.token('acme');
    await oidc.identify(old);
    await provider.rotate();
    expect(await oidc.identify(await provider.token('acme'))).toMatchObject({ tenant: 'acme' });
    await expect(oidc.identify(old)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('tokens with unknown keys do not cause a request each', async () => {
    const oidc = authenticator();
    const before = provider.keyRequests();
    for (let count = 0; count < 20; count++) {
      const token = await provider.sign(provider.claims(), { kid: `made-up-${count}` });
      await expect(oidc.identify(token)).rejects.toMatchObject({ code: 'unauthenticated' });
    }
    expect(provider.keyRequests() - before).toBe(1);
  });

  test('during an outage, known keys work and unknown keys are an outage, not a rejection', async () => {
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

  test('after an outage, the provider is asked again, once for all callers', async () => {
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

  test('a provider with another issuer than configured is rejected', async () => {
    const issuer = provider.issuer.replace('127.0.0.1', 'localhost');
    const attempt = authenticator({ issuer }).identify(await provider.token('acme'));
    await expect(attempt).rejects.toMatchObject({
      code: 'issuer_unavailable',
      cause: { message: expect.stringContaining('must be exactly the same') },
    });
  });
});
