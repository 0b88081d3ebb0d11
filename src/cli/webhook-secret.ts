/** `darkroom webhook-secret`: prints the secret with which any Standard Webhooks library verifies callbacks. */
import { loadKeyring } from '../auth/load-keyring.ts';
import { isTenant, TENANT_RULE } from '../auth/tenant.ts';
import { readConfig } from '../config/config.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { UsageError } from './exit-code.ts';

export async function printWebhookSecret(tenant: string): Promise<void> {
  console.log((await deriveSecrets(tenant))[0]);
}

/**
 * Returns the secrets that may sign a callback of a tenant: those in DARKROOM_WEBHOOK_SECRET, separated by commas, else those of the
 * server on this machine.
 */
export async function readWebhookSecrets(tenant: string): Promise<readonly string[]> {
  const given = (process.env['DARKROOM_WEBHOOK_SECRET'] ?? '').split(',').map((text) => text.trim());
  const secrets = given.filter((text) => text !== '');
  if (secrets.some((secret) => !/^whsec_[A-Za-z0-9+/]+=*$/.test(secret)))
    throw new UsageError('DARKROOM_WEBHOOK_SECRET must be what "darkroom webhook-secret" prints: whsec_…');
  return secrets.length > 0 ? secrets : deriveSecrets(tenant);
}

async function deriveSecrets(tenant: string): Promise<readonly string[]> {
  if (!isTenant(tenant)) throw new UsageError(`--tenant ${tenant}: must be ${TENANT_RULE}`);
  const config = readConfig(process.env, { listens: false });
  await prepareDataDirectory(config);
  const keys = await loadKeyring(config.DARKROOM_MASTER_KEY, config.DARKROOM_DATA);
  return keys.webhookSecrets(tenant);
}
