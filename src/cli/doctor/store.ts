/** Checks the object store: writes and reads an object, and compares the clocks. */
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { Config } from '../../config/config.ts';
import { nearestPlace } from '../../lib/make-directory.ts';
import { formatDuration } from '../../lib/units.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { broken, type Finding, ok, readMessage, warning } from './finding.ts';

/** Signed callbacks and S3 tolerate minutes. The order of jobs in lists needs more accuracy. */
const SKEW_MS = 5000;

export async function checkStore({ DARKROOM_STORE }: Config, store: ObjectStore): Promise<Finding[]> {
  if (DARKROOM_STORE.kind === 'file') {
    const { directory } = DARKROOM_STORE;
    const { place, isDirectory } = await nearestPlace(directory);
    if (!isDirectory)
      return [
        broken('store', `${place} is not a directory`, 'Name another directory with DARKROOM_STORE=file:…'),
      ];
    if (place !== directory) return [ok('store', `${directory} (created at the first start)`)];
  }
  const key = `doctor/${randomUUID()}`;
  try {
    await store.check();
    const before = Date.now();
    await store.put(key, key);
    const after = Date.now();
    const [info, body] = [await store.head(key), await store.get(key)];
    if (!info || !body || (await text(body)) !== key)
      return [
        broken('store', 'returns other data than was written', 'Check the disk or service of DARKROOM_STORE'),
      ];
    return [ok('store', 'readable and writable'), checkClock(info.modified.getTime(), before, after)];
  } catch (error) {
    return [broken('store', readMessage(error), 'Check DARKROOM_STORE, its permissions and its free space')];
  } finally {
    await store.delete(key).catch(() => undefined);
  }
}

/** `modified` is a time of the store; `before` and `after` are times of this machine (epoch, ms). */
function checkClock(modified: number, before: number, after: number): Finding {
  const skew = modified < before ? before - modified : Math.max(0, modified - after);
  return skew > SKEW_MS
    ? warning(
        'clock',
        `${formatDuration(skew)} from the clock of the store`,
        'Synchronize both machines with a time server (NTP)',
      )
    : ok('clock', 'same as the clock of the store');
}
