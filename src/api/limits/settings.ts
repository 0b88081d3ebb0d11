/** Settings of the limits of clients. */
import { z } from 'zod';
import type { Rate } from '../../lib/rate-limit.ts';
import { parseRate, RATE_RULE } from '../../lib/settings/rate.ts';
import { defineSettings } from '../../lib/settings/setting.ts';
import { bytes, splitList } from '../../lib/settings/values.ts';

/** Who shares a limit: requests with the same key, tenant or client address, or all requests. */
export const limitScopes = ['key', 'tenant', 'address', 'all'] as const;

export type LimitScope = (typeof limitScopes)[number];

/** Limits by scope. `tenant:NAME` is the limit of one tenant instead of that of every tenant. */
export type ScopedLimits<Limit> = ReadonlyMap<string, Limit>;

/** Parses `SCOPE=LIMIT`, comma-separated; no limits for `none`; null for an empty text, which means the defaults. */
const scopedLimits = <Limit>(parse: (text: string) => Limit | null, rule: string) =>
  z.string().transform((text, context): ScopedLimits<Limit> | null => {
    if (text === '') return null;
    if (text === 'none') return new Map();
    const entries = splitList(text).flatMap((part): [string, Limit][] => {
      const [, scope, value] = /^(key|tenant(?::[a-z0-9-]{1,63})?|address|all)=(.+)$/.exec(part) ?? [];
      const limit = value === undefined ? null : parse(value);
      if (scope !== undefined && limit !== null) return [[scope, limit]];
      context.addIssue(
        `"${part}" must be SCOPE=LIMIT: the scope is key, tenant, tenant:NAME, address or all, and the limit ${rule}`,
      );
      return [];
    });
    return new Map(entries);
  });

const rates = scopedLimits<Rate>(parseRate, RATE_RULE);
const sizes = scopedLimits<number>(
  (text) => bytes.safeParse(text).data || null,
  'a number of bytes, such as 100G',
);

/** The limits of a server that others can reach. One key can submit 10,000 jobs in a row. */
export const defaultLimits = {
  requests: rates.parse('key=60000/m,tenant=120000/m,address=120000/m') ?? new Map(),
  submissions: rates.parse('key=20000/m,tenant=40000/m,address=40000/m') ?? new Map(),
  assets: rates.parse('key=200000/m,tenant=400000/m,address=400000/m') ?? new Map(),
  uploads: sizes.parse('tenant=100G') ?? new Map(),
};

export const noLimits = {
  requests: new Map(),
  submissions: new Map(),
  assets: new Map(),
  uploads: new Map(),
} as const;

const ANYWHERE = 'on loopback without authentication none, else';

export const limitSettings = defineSettings({
  DARKROOM_REQUEST_LIMITS: {
    schema: rates,
    default: '',
    defaultMeaning: `${ANYWHERE} \`key=60000/m,tenant=120000/m,address=120000/m\``,
    description:
      'requests per key, tenant, client address and in all (`all`), in each s, m, h or d; `tenant:acme=…` for one tenant; a scope that is not named has no limit; `none`: no limits',
  },
  DARKROOM_SUBMISSION_LIMITS: {
    schema: rates,
    default: '',
    defaultMeaning: `${ANYWHERE} \`key=20000/m,tenant=40000/m,address=40000/m\``,
    description: 'requests that submit or rerun a job, in the same form',
  },
  DARKROOM_ASSET_LIMITS: {
    schema: rates,
    default: '',
    defaultMeaning: `${ANYWHERE} \`key=200000/m,tenant=400000/m,address=400000/m\``,
    description: 'assets of new jobs and of jobs that wait for assets, in the same form',
  },
  DARKROOM_UPLOAD_LIMITS: {
    schema: sizes,
    default: '',
    defaultMeaning: `${ANYWHERE} \`tenant=100G\``,
    description: 'bytes of request bodies that arrive at once, in the same form with sizes',
  },
});
