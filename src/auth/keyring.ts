/** Secrets: everything is derived (HKDF-SHA256) from one master key, so that there is one thing to keep safe. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../data-directory/make-directory.ts';
import { DarkroomError } from '../errors.ts';
import { ConfigError } from '../lib/settings/config-error.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class Keyring {
  readonly #masters: readonly [Buffer, ...Buffer[]];

  /** The first key is used; the others are still understood, while they are being rotated out. */
  constructor(masters: readonly [Buffer, ...Buffer[]]) {
    this.#masters = masters;
  }

  /** Encrypts with AES-256-GCM; `context` (the key it is stored under) must be the same on opening. */
  seal(plain: string, context: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', derive(this.#masters[0], 'seal'), nonce);
    cipher.setAAD(Buffer.from(context));
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]);
  }

  /** Throws master_key_missing when no key opens it: another master key sealed it, or it was tampered with. */
  open(sealed: Buffer, context: string): string {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    for (const master of this.#masters) {
      const decipher = createDecipheriv('aes-256-gcm', derive(master, 'seal'), nonce);
      decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
      try {
        return (
          decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') +
          decipher.final('utf8')
        );
      } catch {
        // Another key may fit.
      }
    }
    throw new DarkroomError(
      'master_key_missing',
      'What was given with the job is sealed with a master key that is no longer among DARKROOM_MASTER_KEY',
    );
  }

  /** Keyed digests of a text, one a master key: equal texts can be told, and nothing can be guessed from them. */
  fingerprints(text: string): [string, ...string[]] {
    const of = (master: Buffer) =>
      createHmac('sha256', derive(master, 'fingerprint')).update(text).digest('base64url');
    const [first, ...rest] = this.#masters;
    return [of(first), ...rest.map(of)];
  }

  /** Secrets that callbacks of a tenant are signed with, as Standard Webhooks writes them; the first is the current one. */
  webhookSecrets(tenant: string): [string, ...string[]] {
    const of = (master: Buffer) => `whsec_${derive(master, `webhook:${tenant}`).toString('base64')}`;
    const [first, ...rest] = this.#masters;
    return [of(first), ...rest.map(of)];
  }
}

const derive = (master: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), `darkroom:${purpose}`, KEY_BYTES));

/** Keys as given, or the one in the data directory, which is made at first use. */
export async function loadKeyring(given: readonly string[], dataDir: string): Promise<Keyring> {
  const texts = given.length > 0 ? given : [await ownKey(join(dataDir, 'keys', 'master.key'))];
  const [first, ...rest] = texts.map(decode);
  if (!first) throw new ConfigError('DARKROOM_MASTER_KEY holds no key');
  return new Keyring([first, ...rest]);
}

function decode(text: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length !== KEY_BYTES) {
    throw new ConfigError('DARKROOM_MASTER_KEY must be 32 bytes in base64: openssl rand -base64 32');
  }
  return key;
}

/** Written beside and linked into place, so that two processes that start together end up with the same key. */
async function ownKey(path: string): Promise<string> {
  const existing = await readFile(path, 'utf8').catch(() => null);
  if (existing !== null) return existing.trim();
  await makeDirectory(dirname(path), 'DARKROOM_DATA', 0o700);
  const fresh = `${path}.${randomUUID()}`;
  const file = await open(fresh, 'w', 0o600);
  await file.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
  await file.sync();
  await file.close();
  await link(fresh, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(fresh);
  return (await readFile(path, 'utf8')).trim();
}
