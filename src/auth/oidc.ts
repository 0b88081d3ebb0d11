/** Authenticator for access tokens (JWTs) of an OpenID Connect provider, with or without RFC 9068. */
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { DarkroomError } from '../errors.ts';
import { findOtherUse } from './access-token.ts';
import type { Authenticator, Principal } from './authenticator.ts';
import { IssuerKeys, type IssuerTimes } from './issuer-keys.ts';
import { type LoginThrottle, unlimitedLogins } from './login-throttle.ts';
import { DEFAULT_ROLE } from './roles.ts';
import { isTenant, PUBLIC, TENANT_RULE } from './tenant.ts';
import { throttleTokens } from './throttled-tokens.ts';
import { type RoleClaim, readRole } from './token-role.ts';

export interface OidcOptions {
  readonly issuer: string;
  /** A token must have one of these audiences. */
  readonly audience: readonly string[];
  /** The claim that names the tenant. Null: all tokens belong to the tenant `public`. */
  readonly tenantClaim: string | null;
  /** A scope that every token needs; null for none. */
  readonly scope: string | null;
  /** Null: all tokens have the default role. */
  readonly roleClaim: RoleClaim | null;
  /** A scope without which a token has the role of a viewer; null for none. */
  readonly writeScope: string | null;
  readonly times?: Partial<IssuerTimes>;
  readonly throttle?: LoginThrottle;
}

/** Asymmetric algorithms only: with a shared secret, or none, everyone who can verify a token could forge one. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

const CLOCK_TOLERANCE_SECONDS = 30;

export function createOidcAuthenticator(options: OidcOptions): Authenticator {
  const { issuer, audience, scope, writeScope, roleClaim, throttle = unlimitedLogins } = options;
  const keys = new IssuerKeys(issuer, options.times);
  const verify = throttleTokens(throttle, async (token): Promise<JWTPayload> => {
    const { payload, protectedHeader } = await jwtVerify(token, keys.find, {
      issuer,
      audience: [...audience],
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp'],
    }).catch((error: unknown) => {
      throw error instanceof errors.JOSEError ? unauthenticated(describe(error, options), error) : error;
    });
    const fault = findOtherUse(protectedHeader, payload);
    if (fault !== null) throw unauthenticated(`The token is not an access token: ${fault}`);
    return payload;
  });
  return {
    kind: `an access token (JWT) of ${issuer}`,
    recognises: (credential) => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(credential),
    async identify(token, address = null): Promise<Principal> {
      const payload = await verify(token, address);
      const scopes = readScopes(payload);
      if (scope !== null && !scopes.includes(scope))
        throw new DarkroomError('forbidden', `The token lacks the scope "${scope}"`, {
          details: { scope },
        });
      const role = roleClaim === null ? DEFAULT_ROLE : readRole(payload, roleClaim);
      return {
        tenant: readTenant(payload, options),
        subject: readSubject(payload),
        role: writeScope !== null && !scopes.includes(writeScope) ? 'viewer' : role,
      };
    },
  };
}

/** Refuses an invalid name instead of adapting it: two tenants could become one. */
function readTenant(payload: JWTPayload, { tenantClaim }: OidcOptions): string {
  if (tenantClaim === null) return PUBLIC;
  const tenant = payload[tenantClaim];
  // This tenant owns the jobs from before authentication was enabled, and the default input roots. A claim must not select it.
  if (tenant === PUBLIC)
    throw new DarkroomError(
      'forbidden',
      `The token names the tenant "${PUBLIC}", which is reserved for API keys and for DARKROOM_OIDC_TENANT_CLAIM=none`,
    );
  if (typeof tenant === 'string' && isTenant(tenant)) return tenant;
  const fault =
    tenant === undefined
      ? `has no claim "${tenantClaim}", which must name the tenant`
      : `names no tenant: its claim "${tenantClaim}" must be a string of ${TENANT_RULE}`;
  throw new DarkroomError(
    'forbidden',
    `The token ${fault}. Configure the identity provider to add it, or name another claim in DARKROOM_OIDC_TENANT_CLAIM`,
  );
}

/** A string separated by spaces (RFC 8693, section 4.2), or a list. Some providers call the claim `scp`. */
function readScopes({ scope, scp }: JWTPayload): readonly unknown[] {
  const given = scope ?? scp;
  if (typeof given === 'string') return given.split(' ');
  return Array.isArray(given) ? given : [];
}

function readSubject({ sub, client_id: client, azp }: JWTPayload): string {
  const subject = sub ?? client ?? azp;
  return typeof subject === 'string' ? subject.slice(0, 200) : '(not named)';
}

function describe(error: errors.JOSEError, { issuer, audience }: OidcOptions): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired; get a new one';
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim } = error;
    if (claim === 'aud')
      return `The token is for another server: its audience must be ${audience.map((one) => `"${one}"`).join(' or ')}`;
    if (claim === 'iss') return `The token is from an issuer other than ${issuer}`;
    return claim === 'nbf'
      ? 'The token is not valid yet'
      : `The claim "${claim}" of the token is missing or invalid`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the token is invalid';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return `The token does not name a key of ${issuer}`;
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return `The token must be signed with one of ${ALGORITHMS.join(', ')}`;
  return 'The token is not a valid JWT';
}

const unauthenticated = (message: string, cause?: unknown): DarkroomError =>
  new DarkroomError('unauthenticated', message, { cause });
