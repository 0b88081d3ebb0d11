/**
 * Keys of the API, as clients send them: `drk_ID_SECRET`. The prefix is for scanners that look for secrets where none
 * should be; the id is no secret, and finds the key; the secret is 256 random bits, so that nobody guesses it and a plain
 * SHA-256 of it is safe to keep.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Access } from './authenticator.ts';

/** A key as it is kept. */
export const apiKey = z.object({
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  access: z.enum(['full', 'read']) satisfies z.ZodType<Access>,
  created_at: z.iso.datetime(),
  /** Null: it does not expire. */
  expires_at: z.iso.datetime().nullable(),
  /** Of the secret, in hexadecimal. */
  sha256: z.string(),
});

export type ApiKey = z.infer<typeof apiKey>;

const PREFIX = 'drk_';
const FORM = /^drk_([0-9a-f]{12})_([\w-]{43})$/;

export const freshId = (): string => randomBytes(6).toString('hex');
export const freshSecret = (): string => randomBytes(32).toString('base64url');

export const writtenKey = (id: string, secret: string): string => `${PREFIX}${id}_${secret}`;

/** Whether it means to be a key, well-formed or not. */
export const looksLikeKey = (text: string): boolean => text.startsWith(PREFIX);

/** Null when it is no key. */
export function readKey(text: string): { readonly id: string; readonly secret: string } | null {
  const [, id, secret] = FORM.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

export const digestOf = (secret: string): string => sha256(secret).toString('hex');

export const isSecretOf = (key: ApiKey, secret: string): boolean => {
  const wanted = Buffer.from(key.sha256, 'hex');
  const given = sha256(secret);
  return wanted.length === given.length && timingSafeEqual(wanted, given);
};

export const isExpired = ({ expires_at }: ApiKey, now = Date.now()): boolean =>
  expires_at !== null && Date.parse(expires_at) <= now;
