/** Composition of the authentication: the methods of DARKROOM_AUTH. */
import { type Authenticate, authenticateBy } from './auth/authenticate.ts';
import { createKeyAuthenticator } from './auth/keys.ts';
import { createLoginThrottle, unlimitedLogins } from './auth/login-throttle.ts';
import { createOidcAuthenticator } from './auth/oidc.ts';
import type { Config } from './config/config.ts';
import { ApiKeyStore } from './storage/api-keys.ts';
import type { ObjectStore } from './storage/object-store.ts';

/** Returns null without authentication. */
export function composeAuthentication(config: Config, store: ObjectStore): Authenticate | null {
  const {
    DARKROOM_AUTH: kinds,
    DARKROOM_OIDC_TENANT_CLAIM: claim,
    DARKROOM_LOGIN_LIMIT: loginLimit,
    DARKROOM_OIDC_ROLE_CLAIM: roleClaim,
  } = config;
  const throttle = loginLimit === null ? unlimitedLogins : createLoginThrottle(loginLimit);
  const create = {
    keys: () => createKeyAuthenticator(new ApiKeyStore(store), { throttle }),
    oidc: () =>
      createOidcAuthenticator({
        throttle,
        issuer: config.DARKROOM_OIDC_ISSUER,
        audience: config.DARKROOM_OIDC_AUDIENCE,
        tenantClaim: claim === 'none' ? null : claim,
        scope: config.DARKROOM_OIDC_SCOPE || null,
        writeScope: config.DARKROOM_OIDC_WRITE_SCOPE || null,
        roleClaim: roleClaim === '' ? null : { claim: roleClaim, values: config.DARKROOM_OIDC_ROLES },
      }),
  };
  return kinds.length === 0 ? null : authenticateBy(kinds.map((kind) => create[kind]()));
}
