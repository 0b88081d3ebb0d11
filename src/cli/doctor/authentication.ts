/** Checks the authentication methods. */
import { isExpired } from '../../auth/api-key.ts';
import { IssuerKeys } from '../../auth/issuer-keys.ts';
import { anonymousRole } from '../../auth/settings.ts';
import type { Config } from '../../config/config.ts';
import { ApiKeyStore } from '../../storage/api-keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { broken, type Finding, ok, readMessage, warning } from './finding.ts';

const check = 'authentication';

export async function checkAuthentication(config: Config, store: ObjectStore): Promise<Finding[]> {
  const { DARKROOM_AUTH: kinds, DARKROOM_ALLOW_ANONYMOUS: isAnonymous } = config;
  const role = anonymousRole(config);
  if (kinds.length === 0)
    return [
      isAnonymous
        ? warning(
            check,
            `none: everyone who reaches the server has the role ${role}`,
            'Authenticate in a gateway, or set DARKROOM_AUTH and unset DARKROOM_ALLOW_ANONYMOUS',
          )
        : ok(check, `none: everyone on this machine has the role ${role}`),
    ];
  return Promise.all(kinds.map((kind) => (kind === 'keys' ? checkKeys(store) : checkIssuer(config))));
}

async function checkKeys(store: ObjectStore): Promise<Finding> {
  try {
    const keys = await new ApiKeyStore(store).list();
    const valid = keys.filter((key) => !isExpired(key));
    const tenants = new Set(valid.map(({ tenant }) => tenant)).size;
    const expired = keys.length - valid.length;
    const found = `keys: ${valid.length} of ${tenants} tenants${expired > 0 ? `, and ${expired} expired` : ''}`;
    return valid.length > 0
      ? ok(check, found)
      : warning(check, found, 'Run: darkroom keys create --tenant NAME --name TEXT');
  } catch (error) {
    return broken(check, `keys: ${readMessage(error)}`, 'See the check of the store');
  }
}

async function checkIssuer({ DARKROOM_OIDC_ISSUER: issuer }: Config): Promise<Finding> {
  try {
    await new IssuerKeys(issuer).load();
    return ok(check, `oidc: ${issuer} publishes its keys`);
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return broken(
      check,
      `oidc: cannot read the keys of ${issuer}: ${readMessage(reason)}`,
      'Check DARKROOM_OIDC_ISSUER, and that this machine reaches it',
    );
  }
}
