/** Keys of exported files, built from a template. */
import { parse } from 'node:path';
import { z } from 'zod';
import { DarkroomError } from '../../src/errors.ts';
import { formatAttribute } from '../lib/label.ts';
import type { InputFile } from '../operation.ts';

/** UTF-8 bytes of a key, by the rules of S3. */
const MAX_KEY_BYTES = 1024;

const PLACEHOLDER = /\{([^{}]*)\}/g;

const isKnown = (name: string): boolean => /^(name|stem|ext|index|attribute\..+)$/.test(name);

/** Text with placeholders in braces. */
export const keyTemplate = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^\p{Cc}]*$/u, 'must have no control characters')
  .superRefine((template, context) => {
    for (const [text, name = ''] of template.matchAll(PLACEHOLDER))
      if (!isKnown(name))
        context.addIssue({
          code: 'custom',
          message: `has the unknown placeholder ${text}; known are {name}, {stem}, {ext}, {index} and {attribute.NAME}`,
        });
    if (/[{}]/.test(template.replace(PLACEHOLDER, '')))
      context.addIssue({ code: 'custom', message: 'has a brace without its counterpart' });
  });

type Asset = Pick<InputFile, 'index' | 'name' | 'attributes'>;

/**
 * Fills in the template.
 *
 * @throws `asset_unsuitable` if the asset lacks an attribute, or if the key is too long or has an empty part
 */
export function buildKey(prefix: string, template: string, { index, name, attributes }: Asset): string {
  const refuse = (what: string) =>
    new DarkroomError('asset_unsuitable', `Asset ${index} ("${name}") ${what}`, {
      details: { index, asset: name },
    });
  const { name: stem, ext } = parse(name);
  const values: Readonly<Record<string, string>> = { name, stem, ext, index: String(index) };
  const rest = template.replace(PLACEHOLDER, (_, placeholder: string) => {
    if (Object.hasOwn(values, placeholder)) return values[placeholder] ?? '';
    const attribute = placeholder.slice('attribute.'.length);
    const value = Object.hasOwn(attributes, attribute) ? formatAttribute(attributes[attribute]) : '';
    if (value === '') throw refuse(`has no attribute "${attribute}", which its key needs`);
    return value.replace(/\p{Cc}/gu, ' ');
  });
  const key = prefix + rest;
  // Servers and proxies resolve such parts of paths.
  if (key.split('/').some((part) => part === '.' || part === '..'))
    throw refuse(`would have the key "${key}", which has a part "." or ".."`);
  if (key.startsWith('/') || key.endsWith('/'))
    throw refuse(`would have the key "${key}", which begins or ends with "/"`);
  if (Buffer.byteLength(key) > MAX_KEY_BYTES)
    throw refuse(`would have a key of more than ${MAX_KEY_BYTES} bytes`);
  return key;
}
