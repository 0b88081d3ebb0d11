/** The object store: whether it takes and gives, and whether its clock is ours. */
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { Config } from '../../config/config.ts';
import { nearestPlace } from '../../data-directory/make-directory.ts';
import { formatDuration } from '../../lib/units.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { broken, type Finding, ok, readMessage, warning } from './finding.ts';

/** Signed callbacks and S3 bear minutes; the order of jobs in lists bears less. */
const SKEW_MS = 5000;

export async function checkStore({ DARKROOM_STORE }: Config, store: ObjectStore): Promise<Finding[]> {
  if (DARKROOM_STORE.kind === 'file') {
    const { directory } = DARKROOM_STORE;
    const { place, isDirectory } = await nearestPlace(directory);
    if (!isDirectory)
      return [
        broken('store', `${place} is not a directory`, 'Name another directory with DARKROOM_STORE=file:…'),
      ];
    if (place !== directory) return [ok('store', `${directory} (made at the first start)`)];
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
        broken(
          'store',
          'does not give back what it was given',
          'Look at the disk or service behind DARKROOM_STORE',
        ),
      ];
    return [ok('store', 'can be read and written'), checkClock(info.modified.getTime(), before, after)];
  } catch (error) {
    return [
      broken('store', readMessage(error), 'See DARKROOM_STORE, and the rights and the room on what it names'),
    ];
  } finally {
    await store.delete(key).catch(() => undefined);
  }
}

/** `modified` comes from the clock of the store, `before` and `after` from the clock of this machine. */
function checkClock(modified: number, before: number, after: number): Finding {
  const skew = modified < before ? before - modified : Math.max(0, modified - after);
  return skew > SKEW_MS
    ? warning(
        'clock',
        `${formatDuration(skew)} from the clock of the store`,
        'Let both machines follow a time server',
      )
    : ok('clock', 'agrees with that of the store');
}
