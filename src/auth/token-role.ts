/** The role in a token. */
import type { JWTPayload } from 'jose';
import { DEFAULT_ROLE, type Role, roles } from './roles.ts';

export interface RoleClaim {
  /** Name of the claim, or a path of names with dots, such as `realm_access.roles`. */
  readonly claim: string;
  /** Value of the claim → role. */
  readonly values: ReadonlyMap<string, Role>;
}

/** Returns the most powerful role that the claim names; the default role if it names none. */
export function readRole(payload: JWTPayload, { claim, values }: RoleClaim): Role {
  const named = readTexts(findClaim(payload, claim)).map((text) => values.get(text));
  return roles.findLast((role) => named.includes(role)) ?? DEFAULT_ROLE;
}

/** Names may contain dots, as those of Auth0 do, so the whole name comes first. */
function findClaim(claims: object, name: string): unknown {
  if (Object.hasOwn(claims, name)) return Reflect.get(claims, name);
  const [first = '', ...rest] = name.split('.');
  const inner: unknown = Object.hasOwn(claims, first) ? Reflect.get(claims, first) : undefined;
  return rest.length > 0 && typeof inner === 'object' && inner !== null
    ? findClaim(inner, rest.join('.'))
    : undefined;
}

/** A list of texts, or a text with spaces between its parts, as `scope` is. */
function readTexts(value: unknown): string[] {
  if (typeof value === 'string') return [value, ...value.split(' ')];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
