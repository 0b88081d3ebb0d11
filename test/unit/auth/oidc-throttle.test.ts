/** Floods of tokens that are invalid: what they cost, and whom they hit. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createLoginThrottle } from '../../../src/auth/login-throttle.ts';
import { createOidcAuthenticator } from '../../../src/auth/oidc.ts';
import type { DarkroomError } from '../../../src/errors.ts';
import { AUDIENCE, type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts';

const MAX = 30;
const FLOOD = 1000;
const [ATTACKER, OTHER] = ['192.0.2.1', '192.0.2.2'];

let provider: IdentityProvider;
beforeAll(async () => {
  provider = await startIdentityProvider();
});
afterAll(() => provider.stop());
afterEach(() => void vi.restoreAllMocks());

function setUp() {
  const oidc = createOidcAuthenticator({
    ...{ issuer: provider.issuer, audience: [AUDIENCE], tenantClaim: 'tenant' },
    ...{ scope: null, writeScope: null, roleClaim: null },
    throttle: createLoginThrottle({ max: MAX, seconds: 60 }),
  });
  return (token: string, address = ATTACKER): Promise<string> =>
    oidc.identify(token, address).then(
      ({ tenant }) => tenant,
      ({ code }: DarkroomError) => code,
    );
}

/** Tokens with claims of the provider and signatures that nobody made. */
async function forge(length = FLOOD): Promise<string[]> {
  const [head, , signature = ''] = (await provider.token('acme')).split('.');
  const encode = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
  return Array.from({ length }, (_, n) => `${head}.${encode(provider.claims({ sub: `${n}` }))}.${signature}`);
}

const count = (outcomes: readonly string[], code: string) => outcomes.filter((each) => each === code).length;

test('a burst of 1,000 forged tokens verifies as many signatures as the limit allows', async () => {
  const outcome = setUp();
  const verified = vi.spyOn(crypto.subtle, 'verify');
  const outcomes = await Promise.all((await forge()).map((token) => outcome(token)));
  expect([count(outcomes, 'unauthenticated'), count(outcomes, 'rate_limited')]).toEqual([MAX, FLOOD - MAX]);
  expect(verified).toHaveBeenCalledTimes(MAX);
});

test('an address that has reached the limit keeps the tokens that are known there', async () => {
  const outcome = setUp();
  const [known, late] = [await provider.token('acme'), await provider.token('beta')];
  expect(await outcome(known)).toBe('acme');
  for (const token of await forge(MAX)) await outcome(token);
  expect(await outcome(known)).toBe('acme');
  expect([await outcome(late), await outcome(late, OTHER)]).toEqual(['rate_limited', 'beta']);
});

test('requests with valid tokens do not count: many at once, or one after the other', async () => {
  const outcome = setUp();
  const token = await provider.token('acme');
  const burst = await Promise.all(Array.from({ length: 5 * MAX }, () => outcome(token)));
  expect(count(burst, 'acme')).toBe(5 * MAX);
  for (let n = 0; n < 2 * MAX; n++) {
    const fresh = await provider.sign(provider.claims({ sub: `${n}` }));
    expect(await outcome(fresh)).toBe('acme');
  }
});

test('a token that lacks a permission does not count', async () => {
  const outcome = setUp();
  const token = await provider.token('nobody');
  for (let n = 0; n < 2 * MAX; n++) expect(await outcome(token)).toBe('forbidden');
});

test('an expired token counts, also if it was valid before', async () => {
  const outcome = setUp();
  const now = Math.floor(Date.now() / 1000);
  // 30 seconds of tolerance.
  const token = await provider.sign(provider.claims({ exp: now - 28 }));
  expect(await outcome(token)).toBe('acme');
  vi.setSystemTime((now + 10) * 1000);
  const outcomes: string[] = [];
  for (let n = 0; n < 2 * MAX; n++) outcomes.push(await outcome(token));
  vi.useRealTimers();
  expect([count(outcomes, 'unauthenticated'), count(outcomes, 'rate_limited')]).toEqual([MAX + 1, MAX - 1]);
});

test('while the provider is unavailable, no token counts', async () => {
  const [outcome, tokens] = [setUp(), await forge(2 * MAX)];
  await provider.stop();
  for (const token of tokens) expect(await outcome(token)).toBe('issuer_unavailable');
  await provider.start();
});
