/**
 * Distinguishes access tokens from the other JWTs that an identity provider signs with the same keys. An ID token shows who
 * logged in at a client; it gives no access. With a client's id as `DARKROOM_OIDC_AUDIENCE`, its audience would fit.
 */
import type { JWTHeaderParameters, JWTPayload } from 'jose';

/** RFC 9068, section 2.1. */
const ACCESS_TOKEN_TYPES = ['at+jwt', 'application/at+jwt'];

/** Claims of ID tokens alone (OpenID Connect Core 1.0, sections 3.1.3.6 and 3.3.2.11; FAPI 1.0, part 2, section 5.1). */
const ID_TOKEN_CLAIMS = ['at_hash', 'c_hash', 's_hash'];

/** Claims of access tokens: RFC 9068, section 2.2; Entra ID (`scp`, `appid`), Okta (`cid`), Auth0 (`gty`). */
const ACCESS_TOKEN_CLAIMS = ['scope', 'scp', 'client_id', 'appid', 'cid', 'gty'];

/** Returns why a token is not an access token, as the end of a sentence; null if it is one. */
export function findOtherUse({ typ }: Partial<JWTHeaderParameters>, claims: JWTPayload): string | null {
  const type = typ?.toLowerCase();
  if (type !== undefined && ACCESS_TOKEN_TYPES.includes(type)) return null;
  if (type !== undefined && type !== 'jwt') return `its type is "${typ}"`;
  const idClaim = ID_TOKEN_CLAIMS.find((name) => claims[name] !== undefined);
  if (idClaim !== undefined) return `its claim "${idClaim}" is that of an ID token`;
  const use = readUse(claims);
  if (use !== null) return use.isAccess ? null : `its claim "${use.claim}" is ${JSON.stringify(use.value)}`;
  if (claims['nonce'] !== undefined) return 'its claim "nonce" is that of an ID token';
  if (ACCESS_TOKEN_CLAIMS.some((name) => claims[name] !== undefined) || isForOther(claims)) return null;
  return `it has neither the type "at+jwt" nor one of the claims ${ACCESS_TOKEN_CLAIMS.join(', ')}`;
}

/** What Keycloak (`typ`) and Cognito (`token_use`) call the use of a token; null for other providers. */
function readUse({
  typ,
  token_use: use,
}: JWTPayload): { claim: string; value: unknown; isAccess: boolean } | null {
  if (typ !== undefined) return { claim: 'typ', value: typ, isAccess: /^(bearer|dpop)$/i.test(String(typ)) };
  return use === undefined ? null : { claim: 'token_use', value: use, isAccess: use === 'access' };
}

/** Whether the audience lacks the client that the token was issued to. That of an ID token contains it. */
const isForOther = ({ azp, aud }: JWTPayload): boolean =>
  typeof azp === 'string' && aud !== undefined && ![aud].flat().includes(azp);
