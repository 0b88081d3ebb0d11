import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { Keyring } from '../../../src/auth/keyring.ts';
import { loadKeyring } from '../../../src/auth/load-keyring.ts';

const [one, two] = [randomBytes(32), randomBytes(32)];

describe('sealing', () => {
  test('decrypts only under the same name', () => {
    const keys = new Keyring([one]);
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, name) => {
        const sealed = keys.seal(text, name);
        expect(keys.open(sealed, name)).toBe(text);
        expect(() => keys.open(sealed, `${name}x`)).toThrow();
        expect(text.length > 8 && sealed.includes(text)).toBe(false);
      }),
    );
  });

  test('detects any change of the ciphertext', () => {
    const sealed = new Keyring([one]).seal('a token', 'k');
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => new Keyring([one]).open(changed, 'k')).toThrow();
    }
  });

  test('decrypts with an old key during the rotation', () => {
    const sealed = new Keyring([one]).seal('a token', 'k');
    expect(new Keyring([two, one]).open(sealed, 'k')).toBe('a token');
    expect(() => new Keyring([two]).open(sealed, 'k')).toThrow(
      expect.objectContaining({
        code: 'master_key_missing',
        message: expect.stringMatching(/DARKROOM_MASTER_KEY/),
      }),
    );
  });
});

describe('derived keys', () => {
  test('fingerprints are equal for equal input only, and differ by key', () => {
    const [a] = new Keyring([one]).fingerprints('x');
    expect(new Keyring([two, one]).fingerprints('x')).toContain(a);
    expect(new Keyring([two]).fingerprints('x')).not.toContain(a);
    expect(new Keyring([one]).fingerprints('y')).not.toContain(a);
  });

  test('webhook secrets have the Standard Webhooks format and differ by tenant', () => {
    const keys = new Keyring([one]);
    const [secret] = keys.webhookSecrets('public');
    const now = new Date();
    const signature = new Webhook(secret).sign('msg_1', now, 'body');
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': signature,
    };
    expect(() => new Webhook(secret).verify('body', headers)).toThrow(SyntaxError);
    expect(() => new Webhook(keys.webhookSecrets('other')[0]).verify('body', headers)).toThrow(/signature/i);
  });
});

test('concurrent processes create one key in the data directory, which only this user can read', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'darkroom-keys-'));
  const rings = await Promise.all(Array.from({ length: 5 }, () => loadKeyring([], dir)));
  expect(new Set(rings.map((keys) => keys.fingerprints('x')[0])).size).toBe(1);
  const path = join(dir, 'keys', 'master.key');
  expect((await stat(path)).mode & 0o077).toBe(0);
  expect(Buffer.from(await readFile(path, 'utf8'), 'base64')).toHaveLength(32);
  await expect(loadKeyring(['c2hvcnQ='], dir)).rejects.toThrow(/DARKROOM_MASTER_KEY/);
});
