/**
 * API keys as clients send them: `drk_ID_SECRET`, and a checksum of six characters right after the secret, as in GitHub's
 * tokens. The prefix lets secret scanners find keys that were published by mistake. The checksum lets scanners and this server
 * reject a mistyped key without a lookup. The id is not secret; it selects the key. The secret has 256 random bits, so a plain
 * SHA-256 of it is safe to store.
 */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { equalSecrets } from '../lib/equal-secrets.ts';
import { roles } from './roles.ts';

/** A key as the store holds it. */
export const apiKey = z.object({
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  role: z.enum(roles),
  created_at: z.iso.datetime(),
  /** Null: it does not expire. */
  expires_at: z.iso.datetime().nullable(),
  /** Digest of the secret, in hexadecimal. */
  sha256: z.string(),
});

export type ApiKey = z.infer<typeof apiKey>;

const PREFIX = 'drk_';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62 to this power is more than 2 to the power of 256. */
const SECRET_LENGTH = 43;
/** 62 to this power is more than 2 to the power of 32. */
const CHECKSUM_LENGTH = 6;
const FORMAT = /^(drk_([0-9a-f]{12})_([0-9A-Za-z]{43}))([0-9A-Za-z]{6})$/;

export const newId = (): string => randomBytes(6).toString('hex');
export const newSecret = (): string =>
  Array.from({ length: SECRET_LENGTH }, () => BASE62[randomInt(BASE62.length)]).join('');

/** CRC-32 in base 62, with leading zeros. */
function checksum(text: string): string {
  let [rest, digits] = [crc32(text), ''];
  for (; digits.length < CHECKSUM_LENGTH; rest = Math.floor(rest / BASE62.length))
    digits = `${BASE62[rest % BASE62.length]}${digits}`;
  return digits;
}

export function formatKey(id: string, secret: string): string {
  const text = `${PREFIX}${id}_${secret}`;
  return text + checksum(text);
}

/** Whether a text is meant as a key, well-formed or not. */
export const looksLikeKey = (text: string): boolean => text.startsWith(PREFIX);

/** Null when the text is not a well-formed key, or its checksum does not match. */
export function parseKey(text: string): { readonly id: string; readonly secret: string } | null {
  const [, body = '', id = '', secret = '', given] = FORMAT.exec(text) ?? [];
  return given === undefined || checksum(body) !== given ? null : { id, secret };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

export const digestSecret = (secret: string): string => sha256(secret).toString('hex');

/** Compares in constant time. */
export const matchesSecret = (key: ApiKey, secret: string): boolean =>
  equalSecrets(Buffer.from(key.sha256, 'hex'), sha256(secret));

export const isExpired = ({ expires_at }: ApiKey, now = Date.now()): boolean =>
  expires_at !== null && Date.parse(expires_at) <= now;
