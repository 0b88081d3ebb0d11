/** `darkroom webhook-secret`: prints the secret with which any Standard Webhooks library verifies callbacks. */
import { loadKeyring } from '../auth/load-keyring.ts';
import { isTenant, TENANT_RULE } from '../auth/tenant.ts';
import { readConfig } from '../config/config.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { UsageError } from './exit-code.ts';

export async function printWebhookSecret(tenant: string): Promise<void> {
  if (!isTenant(tenant)) throw new UsageError(`--tenant ${tenant}: must be ${TENANT_RULE}`);
  const config = readConfig(process.env, { listens: false });
  await prepareDataDirectory(config);
  const keys = await loadKeyring(config.DARKROOM_MASTER_KEY, config.DARKROOM_DATA);
  console.log(keys.webhookSecrets(tenant)[0]);
}
