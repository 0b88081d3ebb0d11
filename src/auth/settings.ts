/** Settings of authentication and of the master key. */
import { z } from 'zod';
import type { Rate } from '../lib/rate-limit.ts';
import { formatAddress, isLoopback, type ListenAddress } from '../lib/settings/listen-address.ts';
import { parseRate, RATE_RULE } from '../lib/settings/rate.ts';
import { defineSettings } from '../lib/settings/setting.ts';
import { days, flag, list, splitList } from '../lib/settings/values.ts';
import { DEFAULT_ROLE, type Role, roles } from './roles.ts';

const kinds = ['keys', 'oidc'] as const;

/** Kinds of credentials, comma-separated; empty for `none`. */
const authenticationKinds = z.string().transform((text, context): (typeof kinds)[number][] => {
  const names = splitList(text);
  if (names.length === 1 && names[0] === 'none') return [];
  const known = kinds.filter((kind) => names.includes(kind));
  if (known.length === 0 || !names.every((name) => kinds.some((kind) => kind === name)))
    context.addIssue('must be none, keys, oidc, or keys,oidc');
  return known;
});

/** Address of an identity provider, or empty. Plain http is for loopback only: its keys must not be tampered with. */
export const providerUrl = z.string().transform((text, context): string => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isSafe =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, '')));
  if (text !== '' && !(isSafe && url.search === '' && url.hash === ''))
    context.addIssue('must be an https URL without a query; http is allowed for this machine only');
  return text;
});

/** Null for `none`. */
const loginLimit = z.string().transform((text, context): Rate | null => {
  const rate = parseRate(text);
  if (rate === null && text !== 'none') context.addIssue(`must be ${RATE_RULE}, or none`);
  return rate;
});

const roleName = z.enum(roles, `must be one of ${roles.join(', ')}`);

/** `VALUE=ROLE`, comma-separated. Values may contain `=`, as names of LDAP groups do. Empty: each role by its own name. */
const roleMapping = z.string().transform((text, context): ReadonlyMap<string, Role> => {
  const given = splitList(text).flatMap((part): [string, Role][] => {
    const [, value = '', role] = /^(.+)=([^=]+)$/.exec(part) ?? [];
    const parsed = roleName.safeParse(role);
    if (parsed.success) return [[value, parsed.data]];
    context.addIssue(`"${part}" must be VALUE=ROLE; roles are ${roles.join(', ')}`);
    return [];
  });
  return new Map(text === '' ? roles.map((role) => [role, role]) : given);
});

/** Empty: not set. */
const optionalRole = z.union([z.literal(''), roleName]).transform((role) => (role === '' ? null : role));

export const authSettings = defineSettings({
  DARKROOM_AUTH: {
    schema: authenticationKinds,
    default: 'none',
    description: 'authentication of clients: `none` (this machine only), `keys`, `oidc`, or `keys,oidc`',
  },
  DARKROOM_ALLOW_ANONYMOUS: {
    schema: flag,
    default: '0',
    description: '`1` permits `DARKROOM_AUTH=none` beyond this machine, behind a gateway that authenticates',
  },
  DARKROOM_LOGIN_LIMIT: {
    schema: loginLimit,
    default: '300/m',
    description:
      'failed logins of a client address, such as `300/m` (s, m, h or d); further ones fail with 429 before the store is read or a signature is verified; `none`: no limit',
  },
  DARKROOM_ANONYMOUS_ROLE: {
    schema: optionalRole,
    default: '',
    defaultMeaning: '`admin`; with `DARKROOM_ALLOW_ANONYMOUS=1`, `submitter`',
    description: '`none`: role of clients without credentials',
  },
  DARKROOM_AUDIT_DAYS: {
    schema: days,
    default: '365',
    description: 'days that the audit log is kept',
  },
  DARKROOM_OIDC_ISSUER: {
    schema: providerUrl,
    default: '',
    description: '`oidc`: issuer URL of the identity provider, exactly as in its tokens',
  },
  DARKROOM_OIDC_AUDIENCE: {
    schema: list,
    default: '',
    description: '`oidc`: audience of tokens for this server; several, comma-separated',
  },
  DARKROOM_OIDC_TENANT_CLAIM: {
    schema: z.string(),
    default: 'tenant',
    description: '`oidc`: claim that names the tenant; `none`: all tokens belong to the tenant `public`',
  },
  DARKROOM_OIDC_SCOPE: {
    schema: z.string(),
    default: '',
    description: '`oidc`: scope that every token needs',
  },
  DARKROOM_OIDC_WRITE_SCOPE: {
    schema: z.string(),
    default: '',
    description: '`oidc`: scope without which a token has the role `viewer`',
  },
  DARKROOM_OIDC_ROLE_CLAIM: {
    schema: z.string(),
    default: '',
    description:
      '`oidc`: claim that names the role, such as `roles` or `realm_access.roles`; without it, tokens have the role `submitter`',
  },
  DARKROOM_OIDC_ROLES: {
    schema: roleMapping,
    default: '',
    description:
      '`oidc`: values of the role claim and their roles, comma-separated, such as `imaging-admins=admin,staff=viewer`',
    defaultMeaning: 'each role by its own name',
  },
  DARKROOM_MASTER_KEY: {
    schema: list,
    default: '',
    defaultMeaning: 'generated in the data directory',
    secret: true,
    description:
      '32 bytes in base64, from which all secrets are derived, including callback signatures; several, comma-separated, while rotating: the first one is used for new secrets',
  },
});

/** Returns the role of clients without credentials on a server that requires none. */
export const anonymousRole = (values: {
  readonly DARKROOM_ANONYMOUS_ROLE: Role | null;
  readonly DARKROOM_ALLOW_ANONYMOUS: boolean;
}): Role => values.DARKROOM_ANONYMOUS_ROLE ?? (values.DARKROOM_ALLOW_ANONYMOUS ? DEFAULT_ROLE : 'admin');

interface AuthenticationValues {
  readonly DARKROOM_AUTH: readonly string[];
  readonly DARKROOM_ALLOW_ANONYMOUS: boolean;
  readonly DARKROOM_LISTEN: readonly ListenAddress[];
  readonly DARKROOM_OIDC_ISSUER: string;
  readonly DARKROOM_OIDC_AUDIENCE: readonly string[];
}

/** Whether anyone who reaches the server may use it, and only this machine reaches it. */
export const isLocalAnonymous = ({
  DARKROOM_AUTH: kinds,
  DARKROOM_ALLOW_ANONYMOUS: allowAnonymous,
}: Pick<AuthenticationValues, 'DARKROOM_AUTH' | 'DARKROOM_ALLOW_ANONYMOUS'>): boolean =>
  kinds.length === 0 && !allowAnonymous;

/** Returns what is wrong with the combination of valid values, in sentences that name the variables. */
export function authenticationProblems(values: AuthenticationValues): string[] {
  const { DARKROOM_AUTH: kinds, DARKROOM_ALLOW_ANONYMOUS: allowAnonymous } = values;
  if (kinds.length === 0) {
    if (allowAnonymous) return [];
    return values.DARKROOM_LISTEN.filter(({ host }) => !isLoopback(host)).map(
      (address) =>
        `DARKROOM_LISTEN="${formatAddress(address)}" is reachable from other machines without authentication. ` +
        'Set DARKROOM_AUTH=keys or oidc, listen on 127.0.0.1, or set DARKROOM_ALLOW_ANONYMOUS=1 if a gateway in front of it authenticates',
    );
  }
  const problems: string[] = [];
  if (allowAnonymous)
    problems.push(
      `DARKROOM_ALLOW_ANONYMOUS=1 contradicts DARKROOM_AUTH="${kinds.join(',')}", which requires credentials; unset one of them`,
    );
  if (kinds.includes('oidc') && !values.DARKROOM_OIDC_ISSUER)
    problems.push('DARKROOM_OIDC_ISSUER is missing; DARKROOM_AUTH=oidc needs it');
  if (kinds.includes('oidc') && values.DARKROOM_OIDC_AUDIENCE.length === 0)
    problems.push(
      'DARKROOM_OIDC_AUDIENCE is missing; DARKROOM_AUTH=oidc needs it, so that tokens for other servers are rejected',
    );
  return problems;
}
