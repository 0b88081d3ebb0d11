/** Keys while the store does not answer: those that were good do for a while. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { formatKey, parseKey } from '../../../src/auth/api-key.ts';
import { createKeyAuthenticator } from '../../../src/auth/keys.ts';
import { ApiKeyStore } from '../../../src/storage/api-keys.ts';
import { createS3Store } from '../../../src/storage/s3/index.ts';
import { BUILD_MS, type S3Server, startS3Server } from '../../support/s3-server.ts';
import { sleep } from '../../support/server.ts';
import { startWire, type Wire } from '../../support/wire.ts';

const wish = { tenant: 'acme', name: 'ci', role: 'submitter', expires_at: null } as const;
const acme = { tenant: 'acme', role: 'submitter' };
const FRESH_MS = 100;
const STALE_MS = 10 * 60_000;

let s3: S3Server;
let wire: Wire;
/** As the server has them, and as the operator has. */
let keys: ApiKeyStore;
let operator: ApiKeyStore;

beforeAll(async () => {
  s3 = await startS3Server();
  wire = await startWire(s3.endpoint);
  keys = new ApiKeyStore(createS3Store({ bucket: s3.bucket, access: { ...s3, endpoint: wire.endpoint } }));
  operator = new ApiKeyStore(createS3Store({ bucket: s3.bucket, access: s3 }));
}, BUILD_MS);
afterAll(async () => {
  wire.close();
  await s3.dispose();
});
beforeEach(() => wire.setSilent(false));

const open = (freshMs = FRESH_MS) => createKeyAuthenticator(keys, { freshMs, staleMs: STALE_MS });
const took = async (does: () => Promise<unknown>): Promise<number> => {
  const begun = Date.now();
  await does();
  return Date.now() - begun;
};

describe('while the store refuses connections', () => {
  test('a verified key stays valid for its cache time; an unverified key is an outage', async () => {
    const [{ key, written }, other] = [await operator.create(wish), await operator.create(wish)];
    const at = open();
    expect(await at.identify(written)).toMatchObject(acme);
    await s3.stop();
    try {
      await sleep(2 * FRESH_MS);
      expect(await at.identify(written)).toMatchObject(acme);
      await expect(at.identify(other.written)).rejects.toMatchObject({ code: 'store_unavailable' });
      // Its id alone is worth nothing.
      const guessed = formatKey(key.id, parseKey(other.written)?.secret ?? '');
      await expect(at.identify(guessed)).rejects.toMatchObject({ code: 'unauthenticated' });
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + STALE_MS });
      await expect(at.identify(written)).rejects.toMatchObject({ code: 'store_unavailable' });
    } finally {
      vi.useRealTimers();
      await s3.start();
    }
    await expect.poll(() => at.identify(written).catch(() => null)).toMatchObject(acme);
  });

  test('a key still expires', async () => {
    const expires_at = new Date(Date.now() + 60_000).toISOString();
    const { written } = await operator.create({ ...wish, expires_at });
    const at = open();
    expect(await at.identify(written)).toMatchObject(acme);
    await s3.stop();
    try {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
      await expect(at.identify(written)).rejects.toMatchObject({
        message: expect.stringMatching(/^The API key expired/),
      });
    } finally {
      vi.useRealTimers();
      await s3.start();
    }
  });
});

describe('while the store accepts requests and does not answer', () => {
  test('only the first call waits for the store, and an unknown key is an outage', async () => {
    const [{ written }, other] = [await operator.create(wish), await operator.create(wish)];
    const freshMs = 3000;
    const at = open(freshMs);
    await at.identify(written);
    wire.setSilent(true);
    await sleep(freshMs + FRESH_MS);
    const [first, second] = [await took(() => at.identify(written)), await took(() => at.identify(written))];
    expect(second).toBeLessThan(first);
    await expect(at.identify(other.written)).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  test('a key that was revoked is rejected once the store answers', async () => {
    const { key, written } = await operator.create(wish);
    const at = open();
    await at.identify(written);
    wire.setSilent(true);
    await sleep(2 * FRESH_MS);
    expect(await at.identify(written)).toMatchObject(acme);
    await operator.revoke(key.id);
    expect(await at.identify(written)).toMatchObject(acme);
    wire.setSilent(false);
    await expect
      .poll(() => at.identify(written).catch(({ code }: { code: string }) => code))
      .toBe('unauthenticated');
  });
});
