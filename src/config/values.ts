/** Kinds of values that settings have, as they are written in the environment. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { parseNetworks } from '../net/addresses.ts';
import { faultOf } from '../storage/key.ts';

export const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const units = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 } as const;
/** Of digits and a unit, or none. */
function inBytes(text: string): number {
  const unit = text.replace(/\d/g, '') as keyof typeof units;
  return Number.parseInt(text, 10) * units[unit];
}

export const bytes = z
  .string()
  .regex(/^\d+[KMGT]?$/, 'must be a number of bytes, such as 500M or 20G')
  .transform(inBytes);
export const positive = z.coerce.number().int().min(1);
export const milliseconds = z.coerce.number().int().min(0);
export const days = z.coerce
  .number('must be a number of days, such as 30 or 0.5')
  .positive('must be more than 0')
  .max(36_500, 'must be at most 36500');
/** Null where nothing is said. */
export const daysIfAny = z
  .string()
  .transform((text) => (text === '' ? null : text))
  .pipe(days.nullable() as z.ZodType<number | null, string | null>);
export const absolute = z.string().transform((path) => resolve(path));

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export const listen = z.string().transform((text, context): ListenAddress[] =>
  list(text).flatMap((address) => {
    const match = /^(\[[^\]]+\]|[^:]*):(\d{1,5})$/.exec(address);
    const port = Number(match?.[2]);
    if (!match || port > 65_535) {
      context.addIssue(`"${address}" must be host:port, such as 127.0.0.1:8080`);
      return [];
    }
    return [{ host: (match[1] || '0.0.0.0').replace(/^\[|\]$/g, ''), port }];
  }),
);

const loopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/;
export const isLoopback = (host: string): boolean => loopback.test(host);

const kinds = ['keys', 'oidc'] as const;

/** Empty: nobody logs in. */
export const authentication = z.string().transform((text, context): (typeof kinds)[number][] => {
  const named = list(text);
  if (named.length === 1 && named[0] === 'none') return [];
  const known = kinds.filter((kind) => named.includes(kind));
  if (known.length === 0 || !named.every((name) => kinds.some((kind) => kind === name)))
    context.addIssue('must be none, keys, oidc, or keys,oidc');
  return known;
});

/** Address of an identity provider; its keys must not come over a line that others can change. */
export const provider = z.string().transform((text, context): string => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isSafe =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, '')));
  if (text !== '' && !(isSafe && url.search === '' && url.hash === ''))
    context.addIssue('must be an https URL without a query; http is for this machine alone');
  return text;
});

const FOR_ALL = 'all:';

/** Absolute paths, which may begin with `all:` or have `{tenant}` in them; see `src/inputs/roots.ts`. */
export const inputRoots = z
  .string()
  .transform((text): string[] =>
    list(text).map((root) =>
      root.startsWith(FOR_ALL) ? FOR_ALL + resolve(root.slice(FOR_ALL.length)) : resolve(root),
    ),
  );

/** One address; null where none is given. */
export const listenIfAny = listen.transform(([first, second], context): ListenAddress | null => {
  if (second) context.addIssue('must be one address');
  return first ?? null;
});

export const networks = z.string().transform((text, context): string[] => {
  try {
    parseNetworks(list(text));
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : String(error));
  }
  return list(text);
});

type StoreAddress =
  | { readonly kind: 'file'; readonly directory: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string };

export const store = z.string().transform((text, context): StoreAddress => {
  const [, directory] = /^file:(.+)$/.exec(text) ?? [];
  if (directory !== undefined) return { kind: 'file', directory: resolve(directory) };
  const [, bucket, prefix = ''] = /^s3:\/\/([\w.-]{3,63})(?:\/(.*?))?\/?$/.exec(text) ?? [];
  if (bucket === undefined) context.addIssue('must be file:DIRECTORY, s3://BUCKET or s3://BUCKET/PREFIX');
  else if (prefix !== '') {
    const fault = prefix
      .split('/')
      .map(faultOf)
      .find((found) => found !== null);
    if (fault) context.addIssue(`its prefix ${fault}`);
  }
  return { kind: 's3', bucket: bucket ?? '', prefix };
});

/** `CAPABILITY=VALUE`, comma-separated. */
const each = (value: RegExp, example: string) =>
  z.string().transform((text, context): [string, string][] =>
    list(text).flatMap((part) => {
      const [, capability, given] = /^([a-z0-9][a-z0-9-]*)=(.+)$/.exec(part) ?? [];
      if (capability !== undefined && given !== undefined && value.test(given)) return [[capability, given]];
      context.addIssue(`"${part}" must be CAPABILITY=${example}`);
      return [];
    }),
  );

/** `NUMBER`, `NAME=NUMBER`, or both by comma: for all, and for some. Infinity where nothing is said. */
export const limits = z.string().transform((text, context): ((name: string) => number) => {
  const entries = list(text).map((part): [string, number] => {
    const [, name = '', number] = /^(?:([^=]+)=)?([1-9]\d*)$/.exec(part) ?? [];
    if (number === undefined)
      context.addIssue(`"${part}" must be NUMBER or NAME=NUMBER, such as 100,acme=500`);
    return [name, Number(number)];
  });
  const known = new Map(entries);
  return (name) => known.get(name) ?? known.get('') ?? Number.POSITIVE_INFINITY;
});

export const numberEach = each(/^[1-9]\d{0,3}$/, 'NUMBER, such as vm=2').transform(
  (entries): Record<string, number> =>
    Object.fromEntries(entries.map(([name, text]) => [name, Number(text)])),
);

export const bytesEach = each(/^[1-9]\d*[KMGT]?$/, 'BYTES, such as 3d=6G').transform(
  (entries): Record<string, number> =>
    Object.fromEntries(entries.map(([name, text]) => [name, inBytes(text)])),
);
