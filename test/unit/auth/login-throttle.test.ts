/** Floods of keys that are wrong: what they cost, and whom they hit. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type ApiKey, digestSecret, formatKey, newId, newSecret } from '../../../src/auth/api-key.ts';
import { createKeyAuthenticator } from '../../../src/auth/keys.ts';
import { createLoginThrottle } from '../../../src/auth/login-throttle.ts';
import { DarkroomError } from '../../../src/errors.ts';

const MAX = 300;
const FLOOD = 1000;
const ATTACKER = '192.0.2.1';
const OTHER = '192.0.2.2';

afterEach(() => void vi.useRealTimers());

/** An authenticator of stored keys that counts reads. */
function setUp({ isAway = (): boolean => false, seconds = 60, freshMs = 5000 } = {}) {
  const stored = new Map<string, ApiKey>();
  const reads: string[] = [];
  const at = createKeyAuthenticator(
    {
      find: async (id) => {
        reads.push(id);
        await new Promise(setImmediate);
        if (isAway()) throw new DarkroomError('store_unavailable', 'away');
        return stored.get(id) ?? null;
      },
    },
    { freshMs, throttle: createLoginThrottle({ max: MAX, seconds }) },
  );
  const create = (): string => {
    const [id, secret] = [newId(), newSecret()];
    const created_at = new Date().toISOString();
    stored.set(id, {
      ...{ id, tenant: 'acme', name: 'ci', role: 'submitter', created_at, expires_at: null },
      sha256: digestSecret(secret),
    } as ApiKey);
    return formatKey(id, secret);
  };
  const outcome = (key: string, address = ATTACKER): Promise<string> =>
    at.identify(key, address).then(
      () => 'ok',
      (error: DarkroomError) => error.code,
    );
  return { at, reads, create, outcome };
}

const SECRET = newSecret();
const wrongKey = () => formatKey(newId(), SECRET);
const flood = (outcome: (key: string) => Promise<string>, make: (n: number) => string, length = FLOOD) =>
  Promise.all(Array.from({ length }, (_, n) => outcome(make(n))));
const count = (outcomes: readonly string[], code: string) => outcomes.filter((each) => each === code).length;

describe('a burst', () => {
  test('of 7,000 unknown keys reads the store as often as the limit allows', async () => {
    const { reads, outcome } = setUp();
    const outcomes = await flood(outcome, wrongKey, 7000);
    expect(reads).toHaveLength(MAX);
    expect([count(outcomes, 'unauthenticated'), count(outcomes, 'rate_limited')]).toEqual([MAX, 7000 - MAX]);
  });

  test('of mistyped keys does not read the store, and counts for nothing', async () => {
    const { reads, create, outcome } = setUp();
    const key = create();
    const outcomes = await flood(outcome, (n) => key.slice(0, -4) + String(n).padStart(4, '0'));
    expect([reads.length, count(outcomes, 'unauthenticated')]).toEqual([0, FLOOD]);
    expect(await outcome(key)).toBe('ok');
  });

  test('of wrong secrets of a known key reads the store once, and is limited', async () => {
    const { reads, create, outcome } = setUp();
    const key = create();
    const id = key.slice(4, 16);
    const outcomes = await flood(outcome, () => formatKey(id, SECRET));
    expect([reads.length, count(outcomes, 'rate_limited')]).toEqual([1, FLOOD - MAX]);
    // The right key was read, so it needs no further read.
    expect(await outcome(key)).toBe('ok');
  });

  test('of requests with one new key that is right is accepted', async () => {
    const { reads, create, outcome } = setUp();
    const key = create();
    const outcomes = await flood(outcome, () => key);
    expect([reads.length, count(outcomes, 'ok')]).toEqual([1, FLOOD]);
  });
});

describe('an address that has reached the limit', () => {
  test('keeps the keys that are known there, and another address is not affected', async () => {
    const { create, outcome } = setUp({ freshMs: 0 });
    const [known, late] = [create(), create()];
    expect(await outcome(known)).toBe('ok');
    await flood(outcome, wrongKey);
    expect(await outcome(known)).toBe('ok');
    expect(await outcome(late)).toBe('rate_limited');
    expect(await outcome(late, OTHER)).toBe('ok');
  });

  test('gets an error with the limit, its figure, its setting and the time to wait', async () => {
    const { at, outcome } = setUp();
    await flood(outcome, wrongKey);
    const error = await at.identify(wrongKey(), ATTACKER).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      status: 429,
      retryable: true,
      message: expect.stringMatching(
        /^A client address may fail to log in 300 times in 60 seconds \(DARKROOM_LOGIN_LIMIT\)/,
      ),
      details: { limit: 'address-logins', max: MAX, window_seconds: 60, setting: 'DARKROOM_LOGIN_LIMIT' },
    });
  });

  test.each([-3_600_000, 0, 3_600_000])(
    'is free again after the window, also when the clock jumps by %i ms',
    async (jump) => {
      vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
      const { at, outcome } = setUp();
      for (let n = 0; n < MAX; n++) await outcome(wrongKey());
      vi.setSystemTime(Date.now() + Math.min(jump, 0));
      const error = await at.identify(wrongKey(), ATTACKER).catch((thrown: unknown) => thrown);
      const { retry_after_seconds: wait } = (error as DarkroomError).details as Record<string, number>;
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60);
      vi.setSystemTime(Date.now() + Math.max(jump, 0));
      vi.advanceTimersByTime(60_000);
      expect(await outcome(wrongKey())).toBe('unauthenticated');
    },
  );
});

test('an outage of the store does not count as a failed login', async () => {
  let away = true;
  const { create, outcome } = setUp({ isAway: () => away });
  const key = create();
  for (let n = 0; n < 2 * MAX; n++) expect(await outcome(wrongKey())).toBe('store_unavailable');
  away = false;
  expect(await outcome(key)).toBe('ok');
});
