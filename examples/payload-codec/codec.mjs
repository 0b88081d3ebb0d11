/**
 * A payload codec for darkroom and Temporal's own tools: encrypts each payload with AES-256-GCM. Copy it and fetch the keys from where
 * you keep secrets.
 *
 * PAYLOAD_KEYS: keys of 32 bytes in base64, comma-separated. The first one encrypts, all of them decrypt. Make one with
 * `openssl rand -base64 32`.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import proto from '@temporalio/proto';

const { Payload } = proto.temporal.api.common.v1;

/** The encoding of Temporal's own examples of encryption. */
const ENCODING = 'binary/encrypted';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const keys = (process.env['PAYLOAD_KEYS'] ?? '').split(',').map((text) => {
  const key = Buffer.from(text, 'base64');
  if (key.length !== 32) throw new Error('PAYLOAD_KEYS must be keys of 32 bytes in base64');
  return { id: createHash('sha256').update(key).digest('hex').slice(0, 8), key };
});
const keysById = new Map(keys.map(({ id, key }) => [id, key]));

/** @type {import('@temporalio/common').PayloadCodec} */
export const payloadCodec = {
  async encode(payloads) {
    const [{ id, key }] = keys;
    return payloads.map((payload) => ({
      metadata: { encoding: Buffer.from(ENCODING), 'encryption-key-id': Buffer.from(id) },
      data: encrypt(Payload.encode(payload).finish(), key),
    }));
  },

  /** Payloads of others pass unchanged, such as the argument of a signal from the Web UI. */
  async decode(payloads) {
    return payloads.map((payload) => {
      if (textOf(payload.metadata?.['encoding']) !== ENCODING) return payload;
      const id = textOf(payload.metadata?.['encryption-key-id']);
      const key = keysById.get(id);
      if (!key)
        throw new Error(`A payload is encrypted with the key ${id}, which PAYLOAD_KEYS does not contain`);
      return Payload.decode(decrypt(Buffer.from(payload.data ?? []), key));
    });
  },
};

const textOf = (bytes) => Buffer.from(bytes ?? []).toString();

function encrypt(plain, key) {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(data, key) {
  const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(data.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}
