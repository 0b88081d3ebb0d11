/** API and workers open what the others sealed: a part with a master key of its own must not begin to work. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sealedStore } from '../compose-store.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../lib/settings/config-error.ts';
import { masterKeyKey } from '../storage/layout.ts';
import { agreeOnMasterKey } from '../storage/master-key.ts';
import { reportFailure } from './failure.ts';

/** What an operator can do about a store that is sealed with another key. */
export const KEY_MEND = `Set DARKROOM_MASTER_KEY to the key of the other parts (or restore keys/master.key in DARKROOM_DATA); if it is lost for good, delete the object "${masterKeyKey}" of the store: what was sealed with it stays closed`;

/** A store that does not answer within this is waited for while we already serve. */
const PATIENCE_MS = 5000;
const PAUSE_MS = 2000;
/** Parts that start together in an empty store see by then whose key it is. */
const SETTLED_MS = 5000;

/** Throws ConfigError when the store is sealed with another key; ends the process when that is seen later. */
export async function verifyMasterKey(config: Config): Promise<void> {
  const { store, keys } = await sealedStore(config);
  const agree = async (): Promise<void> => {
    for (;;) {
      const ours = await agreeOnMasterKey(store, keys).catch(() => null);
      if (ours === false)
        throw new ConfigError(`The object store is sealed with another master key than ours. ${KEY_MEND}`);
      if (ours) return;
      await sleep(PAUSE_MS, null, { ref: false });
    }
  };
  const agreed = agree();
  let works = false;
  agreed
    .then(() => sleep(SETTLED_MS, null, { ref: false }))
    .then(agree)
    .catch((error: unknown) => {
      if (works) stop(error);
    });
  await Promise.race([agreed, sleep(PATIENCE_MS)]);
  works = true;
}

/** Shuts down as after SIGTERM, with an exit code. */
function stop(error: unknown): void {
  process.exitCode = reportFailure(error, false);
  process.kill(process.pid, 'SIGTERM');
}
