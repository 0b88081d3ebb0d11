/** Authenticator: access tokens of an OpenID Connect provider, as JWTs (RFC 9068, and those of providers that do not know it). */
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { DarkroomError } from '../errors.ts';
import type { Authenticator, Principal } from './authenticator.ts';
import { IssuerKeys, type IssuerTimes } from './issuer-keys.ts';
import { isTenant, PUBLIC, TENANT_RULE } from './tenant.ts';

export interface OidcOptions {
  readonly issuer: string;
  /** A token must be for one of these. */
  readonly audience: readonly string[];
  /** Null: all are of the tenant `public`. */
  readonly tenantClaim: string | null;
  /** Scope that a token must have; null: none. */
  readonly scope: string | null;
  /** Scope without which a token may only read; null: none. */
  readonly writeScope: string | null;
  readonly times?: Partial<IssuerTimes>;
}

/** With keys that only the issuer has. With a shared secret, or none, whoever can check a token could make one. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** RFC 9068, section 2.1, and what older providers say. Tokens for other purposes have types of their own. */
const TYPES = ['at+jwt', 'application/at+jwt', 'jwt'];

const CLOCK_TOLERANCE_SECONDS = 30;

export function createOidcAuthenticator(options: OidcOptions): Authenticator {
  const { issuer, audience, scope, writeScope } = options;
  const keys = new IssuerKeys(issuer, options.times);
  const verify = async (token: string): Promise<JWTPayload> => {
    const { payload, protectedHeader } = await jwtVerify(token, keys.find, {
      issuer,
      audience: [...audience],
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp'],
    });
    if (protectedHeader.typ !== undefined && !TYPES.includes(protectedHeader.typ.toLowerCase()))
      throw refused(`The token is no access token: its type is "${protectedHeader.typ}"`);
    return payload;
  };
  return {
    kind: `an access token (JWT) of ${issuer}`,
    recognises: (credential) => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(credential),
    async identify(token): Promise<Principal> {
      const payload = await verify(token).catch((error: unknown) => {
        throw error instanceof errors.JOSEError ? refused(reasonOf(error, options), error) : error;
      });
      const scopes = scopesOf(payload);
      if (scope !== null && !scopes.includes(scope))
        throw new DarkroomError('forbidden', `The token lacks the scope "${scope}"`, {
          details: { scope },
        });
      return {
        tenant: tenantOf(payload, options),
        subject: subjectOf(payload),
        access: writeScope === null || scopes.includes(writeScope) ? 'full' : 'read',
      };
    },
  };
}

/** A name that cannot be one is refused and not bent, or two tenants could become one. */
function tenantOf(payload: JWTPayload, { tenantClaim }: OidcOptions): string {
  if (tenantClaim === null) return PUBLIC;
  const tenant = payload[tenantClaim];
  // Whose jobs of before anybody logged in are, and input directories: not for whoever calls himself so.
  if (tenant === PUBLIC)
    throw new DarkroomError(
      'forbidden',
      `The token names the tenant "${PUBLIC}", which is for keys alone, and for tokens with DARKROOM_OIDC_TENANT_CLAIM=none`,
    );
  if (typeof tenant === 'string' && isTenant(tenant)) return tenant;
  const fault =
    tenant === undefined
      ? `has no claim "${tenantClaim}", which is to name the tenant`
      : `names no tenant: its claim "${tenantClaim}" must be a text of ${TENANT_RULE}`;
  throw new DarkroomError(
    'forbidden',
    `The token ${fault}. Let the identity provider add it; the operator names another claim with DARKROOM_OIDC_TENANT_CLAIM`,
  );
}

/** As text with spaces between (RFC 8693, section 4.2), or as a list; some providers call it `scp`. */
function scopesOf({ scope, scp }: JWTPayload): readonly unknown[] {
  const given = scope ?? scp;
  if (typeof given === 'string') return given.split(' ');
  return Array.isArray(given) ? given : [];
}

function subjectOf({ sub, client_id: client, azp }: JWTPayload): string {
  const subject = sub ?? client ?? azp;
  return typeof subject === 'string' ? subject.slice(0, 200) : '(not named)';
}

function reasonOf(error: errors.JOSEError, { issuer, audience }: OidcOptions): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired; get another';
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim } = error;
    if (claim === 'aud')
      return `The token is for another server: its audience must be ${audience.map((one) => `"${one}"`).join(' or ')}`;
    if (claim === 'iss') return `The token is of another issuer than ${issuer}`;
    return claim === 'nbf'
      ? 'The token is not good yet'
      : `The claim "${claim}" of the token is missing or wrong`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return 'The signature of the token is not right';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return `The token does not name a key of ${issuer}`;
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return `The token must be signed with one of ${ALGORITHMS.join(', ')}`;
  return 'The token is no JWT that can be read';
}

const refused = (message: string, cause?: unknown): DarkroomError =>
  new DarkroomError('unauthenticated', message, { cause });
