/** API and workers must share one master key: each decrypts what the others encrypted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sealedStore } from '../compose-store.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../lib/settings/config-error.ts';
import { masterKeyKey } from '../storage/layout.ts';
import { agreeOnMasterKey } from '../storage/master-key.ts';
import { reportFailure } from './failure.ts';

/** How an operator fixes a wrong master key. */
export const KEY_REMEDY = `Set DARKROOM_MASTER_KEY to the key of the other processes (or restore keys/master.key in DARKROOM_DATA). If it is lost, delete the object "${masterKeyKey}" of the store; data encrypted with it cannot be recovered`;

/** The process starts without a store that does not answer within this time, and checks the key later. */
const TIMEOUT_MS = 5000;
const PAUSE_MS = 2000;
/** Processes that start together on an empty store agree on one key within this time. */
const AGREEMENT_MS = 5000;

/**
 * Checks that the store uses the master key of this process. Stops the process if it finds a different key later.
 *
 * @throws ConfigError if the store uses another key
 */
export async function verifyMasterKey(config: Config): Promise<void> {
  const { store, keys } = await sealedStore(config);
  const agree = async (): Promise<void> => {
    for (;;) {
      const ours = await agreeOnMasterKey(store, keys).catch(() => null);
      if (ours === false)
        throw new ConfigError(
          `The secrets in the object store are encrypted with another master key. ${KEY_REMEDY}`,
        );
      if (ours) return;
      await sleep(PAUSE_MS, null, { ref: false });
    }
  };
  const agreed = agree();
  let started = false;
  agreed
    .then(() => sleep(AGREEMENT_MS, null, { ref: false }))
    .then(agree)
    .catch((error: unknown) => {
      if (started) stop(error);
    });
  await Promise.race([agreed, sleep(TIMEOUT_MS)]);
  started = true;
}

/** Shuts down as SIGTERM does, with an exit code. */
function stop(error: unknown): void {
  process.exitCode = reportFailure(error, false);
  process.kill(process.pid, 'SIGTERM');
}
