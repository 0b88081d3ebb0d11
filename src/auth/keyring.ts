/** Encryption, signatures and fingerprints. All keys are derived (HKDF-SHA256) from the master key. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { DarkroomError } from '../errors.ts';

/** Size of a master key. */
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class Keyring {
  readonly #masters: readonly [Buffer, ...Buffer[]];

  /** @param masters The first key encrypts and signs. The others still decrypt, while they are being rotated out. */
  constructor(masters: readonly [Buffer, ...Buffer[]]) {
    this.#masters = masters;
  }

  /** Encrypts with AES-256-GCM. `context`, the key of the object, must be the same when it is decrypted. */
  seal(plain: string, context: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', derive(this.#masters[0], 'seal'), nonce);
    cipher.setAAD(Buffer.from(context));
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]);
  }

  /** Decrypts. Throws master_key_missing when no key fits: it was encrypted with another one, or changed since. */
  open(sealed: Buffer, context: string): string {
    return this.#decrypt(sealed, context).plain;
  }

  /**
   * Encrypts with the first key what is encrypted with another one. Null: it is encrypted with the first key already.
   *
   * @throws master_key_missing
   */
  reseal(sealed: Buffer, context: string): Buffer | null {
    const { plain, position } = this.#decrypt(sealed, context);
    return position === 0 ? null : this.seal(plain, context);
  }

  /** `position`: of the master key that fits. */
  #decrypt(sealed: Buffer, context: string): { readonly plain: string; readonly position: number } {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    for (const [position, master] of this.#masters.entries()) {
      const decipher = createDecipheriv('aes-256-gcm', derive(master, 'seal'), nonce);
      decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
      try {
        const plain =
          decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') +
          decipher.final('utf8');
        return { plain, position };
      } catch {
        // The next key may fit.
      }
    }
    throw new DarkroomError(
      'master_key_missing',
      'Stored secrets are encrypted with a master key that is not in DARKROOM_MASTER_KEY',
    );
  }

  /** Keyed digests of a text, one for each master key. They show whether texts are equal and reveal nothing else. */
  fingerprints(text: string): [string, ...string[]] {
    const of = (master: Buffer) =>
      createHmac('sha256', derive(master, 'fingerprint')).update(text).digest('base64url');
    const [first, ...rest] = this.#masters;
    return [of(first), ...rest.map(of)];
  }

  /** Signs a link to a result. Only with the first key, so that a new master key ends all links. */
  signLink(text: string): string {
    return createHmac('sha256', derive(this.#masters[0], 'link')).update(text).digest('base64url');
  }

  /** Secrets that sign the callbacks of a tenant, in the format of Standard Webhooks. The first one is current. */
  webhookSecrets(tenant: string): [string, ...string[]] {
    const of = (master: Buffer) => `whsec_${derive(master, `webhook:${tenant}`).toString('base64')}`;
    const [first, ...rest] = this.#masters;
    return [of(first), ...rest.map(of)];
  }
}

const derive = (master: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), `darkroom:${purpose}`, KEY_BYTES));
