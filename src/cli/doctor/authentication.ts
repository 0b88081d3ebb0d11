/** Who may call the API, and whether that can be found out. */
import { isExpired } from '../../auth/api-key.ts';
import { IssuerKeys } from '../../auth/issuer-keys.ts';
import type { Config } from '../../config/config.ts';
import { ApiKeyStore } from '../../storage/api-keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { broken, type Finding, ok, readMessage, warning } from './finding.ts';

const check = 'authentication';

export async function checkAuthentication(config: Config, store: ObjectStore): Promise<Finding[]> {
  const { DARKROOM_AUTH: kinds, DARKROOM_ALLOW_ANONYMOUS: isAnonymous } = config;
  if (kinds.length === 0)
    return [
      isAnonymous
        ? warning(
            check,
            'none: whoever reaches the server may do anything',
            'Let a gateway in front authenticate, or set DARKROOM_AUTH and unset DARKROOM_ALLOW_ANONYMOUS',
          )
        : ok(check, 'none: anybody on this machine may do anything'),
    ];
  return Promise.all(kinds.map((kind) => (kind === 'keys' ? checkKeys(store) : checkIssuer(config))));
}

async function checkKeys(store: ObjectStore): Promise<Finding> {
  try {
    const keys = await new ApiKeyStore(store).list();
    const good = keys.filter((key) => !isExpired(key));
    const tenants = new Set(good.map(({ tenant }) => tenant)).size;
    const found = `keys: ${good.length} of ${tenants} tenants${good.length < keys.length ? `, and ${keys.length - good.length} expired` : ''}`;
    return good.length > 0
      ? ok(check, found)
      : warning(check, found, 'Run: darkroom keys create --tenant NAME --name TEXT');
  } catch (error) {
    return broken(check, `keys: ${readMessage(error)}`, 'See the line about the store');
  }
}

async function checkIssuer({ DARKROOM_OIDC_ISSUER: issuer }: Config): Promise<Finding> {
  try {
    await new IssuerKeys(issuer).load();
    return ok(check, `oidc: ${issuer}, which tells its keys`);
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return broken(
      check,
      `oidc: ${issuer} does not tell its keys: ${readMessage(reason)}`,
      'See DARKROOM_OIDC_ISSUER, and whether this machine reaches it',
    );
  }
}
