/** `darkroom webhook-secret`: what a receiver needs to verify callbacks with any Standard Webhooks library. */
import { readConfig } from '../config.ts';
import { loadKeyring } from '../keys.ts';

export async function printWebhookSecret(tenant: string): Promise<void> {
  const config = readConfig();
  const keys = await loadKeyring(config.DARKROOM_MASTER_KEY, config.DARKROOM_DATA);
  console.log(keys.webhookSecrets(tenant)[0]);
}
