/** Parsers of values as they stand in the environment. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { parseJsonText } from '../json-faults.ts';

/** Splits at commas, without white space and empty parts. */
export const splitList = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Texts, comma-separated. */
export const list = z.string().transform(splitList);

export const flag = z.stringbool();
export const positiveInteger = z.coerce.number().int().min(1);
export const milliseconds = z.coerce.number().int().min(0);

/** Numbers of milliseconds, comma-separated. */
export const millisecondsList = z
  .string()
  .transform((text): unknown[] => splitList(text))
  .pipe(z.array(milliseconds) as z.ZodType<number[], unknown[]>);

const daysOr = (alternative: string) =>
  z.coerce
    .number(`must be a number of days, such as 30 or 0.5${alternative}`)
    .positive('must be more than 0')
    .max(36_500, 'must be at most 36500');

export const days = daysOr('');

/** Null for the word. */
const daysOrWord = (word: string) =>
  z
    .string()
    .transform((text) => (text === word ? null : text))
    .pipe(daysOr(`, or ${word}`).nullable() as z.ZodType<number | null, string | null>);

export const daysOrForever = daysOrWord('forever');
export const daysOrNone = daysOrWord('none');

/** A path, made absolute. */
export const absolutePath = z.string().transform((path) => resolve(path));

/** A path, made absolute; null when empty. */
export const optionalPath = z.string().transform((path) => (path === '' ? null : resolve(path)));

const httpUrl = z.url({ protocol: /^https?$/ });

/** An http or https URL, or empty. */
export const optionalHttpUrl = z.union([z.literal(''), httpUrl], 'must be an http or https URL');

/** An http or https URL, `none`, or empty. */
export const httpUrlOrNone = z.union(
  [z.enum(['', 'none']), httpUrl],
  'must be none, or an http or https URL',
);

/** Origins of web pages, comma-separated; or `*`. */
export const webOrigins = z.string().transform((text, context): string[] =>
  splitList(text).map((part) => {
    const isOrigin = part === '*' || (URL.canParse(part) && new URL(part).origin === part.replace(/\/$/, ''));
    if (!isOrigin) context.addIssue(`"${part}" must be an origin, such as https://app.example`);
    return part.replace(/\/$/, '');
  }),
);

const byteUnits = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 } as const;

/** Parses digits with an optional unit. */
function toBytes(text: string): number {
  const unit = text.replace(/\d/g, '') as keyof typeof byteUnits;
  return Number.parseInt(text, 10) * byteUnits[unit];
}

export const bytes = z
  .string()
  .regex(/^\d+[KMGT]?$/, 'must be a number of bytes, such as 500M or 20G')
  .transform(toBytes)
  .refine(Number.isSafeInteger, 'must be a smaller number of bytes');

/** A JSON object; null when empty. */
export const optionalJsonObject = z.string().transform((text, context): Record<string, unknown> | null => {
  if (text === '') return null;
  const { value, fault } = parseJsonText(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  context.addIssue(fault ?? 'must be a JSON object, such as {"as":"zip"}');
  return null;
});

/** `CAPABILITY=VALUE`, comma-separated. */
const perCapability = (value: RegExp, example: string) =>
  z.string().transform((text, context): [string, string][] =>
    splitList(text).flatMap((part) => {
      const [, capability, given] = /^([a-z0-9][a-z0-9-]*)=(.+)$/.exec(part) ?? [];
      if (capability !== undefined && given !== undefined && value.test(given)) return [[capability, given]];
      context.addIssue(`"${part}" must be CAPABILITY=${example}`);
      return [];
    }),
  );

export const numberPerCapability = perCapability(/^[1-9]\d{0,3}$/, 'NUMBER, such as vm=2').transform(
  (entries): Record<string, number> =>
    Object.fromEntries(entries.map(([name, text]) => [name, Number(text)])),
);

export const bytesPerCapability = perCapability(/^[1-9]\d*[KMGT]?$/, 'BYTES, such as 3d=6G').transform(
  (entries): Record<string, number> =>
    Object.fromEntries(entries.map(([name, text]) => [name, toBytes(text)])),
);

/**
 * `VALUE` for all, `NAME=VALUE` for one, comma-separated; or `none`. The function returns Infinity without a limit. Null: empty.
 *
 * @param value pattern of a value
 */
const perName = (value: RegExp, parse: (text: string) => number, example: string) =>
  z.string().transform((text, context): ((name: string) => number) | null => {
    if (text === '') return null;
    if (text === 'none') return () => Number.POSITIVE_INFINITY;
    const entries = splitList(text).map((part): [string, number] => {
      const [, name = '', given = ''] = /^(?:([^=]+)=)?(.+)$/.exec(part) ?? [];
      if (!value.test(given)) context.addIssue(`"${part}" must be ${example}, or none`);
      return [name, parse(given)];
    });
    const known = new Map(entries);
    return (name) => known.get(name) ?? known.get('') ?? Number.POSITIVE_INFINITY;
  });

export const limitPerName = perName(/^[1-9]\d*$/, Number, 'NUMBER or NAME=NUMBER, such as 100,acme=500');
export const bytesPerName = perName(/^[1-9]\d*[KMGT]?$/, toBytes, 'BYTES or NAME=BYTES, such as 1T,acme=5T');
