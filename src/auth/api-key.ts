/**
 * API keys as clients send them: `drk_ID_SECRET`. The prefix lets secret scanners find keys that were published by mistake.
 * The id is not secret; it selects the key. The secret has 256 random bits, so a plain SHA-256 of it is safe to store.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
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
const FORMAT = /^drk_([0-9a-f]{12})_([\w-]{43})$/;

export const newId = (): string => randomBytes(6).toString('hex');
export const newSecret = (): string => randomBytes(32).toString('base64url');

export const formatKey = (id: string, secret: string): string => `${PREFIX}${id}_${secret}`;

/** Whether a text is meant as a key, well-formed or not. */
export const looksLikeKey = (text: string): boolean => text.startsWith(PREFIX);

/** Null when the text is not a well-formed key. */
export function parseKey(text: string): { readonly id: string; readonly secret: string } | null {
  const [, id, secret] = FORMAT.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

export const digestSecret = (secret: string): string => sha256(secret).toString('hex');

/** Compares in constant time. */
export const matchesSecret = (key: ApiKey, secret: string): boolean => {
  const expected = Buffer.from(key.sha256, 'hex');
  const given = sha256(secret);
  return expected.length === given.length && timingSafeEqual(expected, given);
};

export const isExpired = ({ expires_at }: ApiKey, now = Date.now()): boolean =>
  expires_at !== null && Date.parse(expires_at) <= now;
