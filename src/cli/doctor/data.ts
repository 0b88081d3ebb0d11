/** Checks the directories on this machine: data, scratch space, input roots. */
import { access, constants, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { findFormatProblem } from '../../data-directory/format.ts';
import { lockHolder } from '../../data-directory/lock.ts';
import { nearestPlace } from '../../data-directory/make-directory.ts';
import { requiredDirectory } from '../../inputs/roots.ts';
import { formatBytes } from '../../lib/units.ts';
import { broken, type Finding, ok, warning } from './finding.ts';

/** Bytes free below which one more large job may not fit, and below which next to nothing does. */
const SCARCE = 5e9;
const TOO_LITTLE = 500e6;

export async function checkData(config: Config): Promise<Finding[]> {
  const directory = await checkDirectory(config);
  // What lies below it cannot be there, and would be said to be made at the first start.
  if (directory.state === 'broken') return [directory];
  const { DARKROOM_DATA: data, DARKROOM_WORK: work } = config;
  return [
    directory,
    await checkDisk(data, 'DARKROOM_DATA'),
    ...(work === data ? [] : [await checkDisk(work, 'DARKROOM_WORK')]),
    ...(await Promise.all(config.DARKROOM_INPUT_ROOTS.map((root) => checkInputRoot(root, config)))),
  ];
}

async function checkDirectory({ DARKROOM_DATA: dir }: Config): Promise<Finding> {
  const { place, isDirectory } = await nearestPlace(dir);
  if (!isDirectory)
    return broken(
      'data directory',
      `${place} is not a directory`,
      'Name another directory with DARKROOM_DATA',
    );
  const format = await findFormatProblem(dir);
  if (format) return broken('data directory', format.problem, format.remedy);
  const holder = await lockHolder(dir);
  if (!holder) return ok('data directory', `${dir}, in use by no server`);
  return ok(
    'data directory',
    `${dir}, in use by ${holder.pid === null ? 'a server' : `process ${holder.pid}`}`,
  );
}

async function checkDisk(dir: string, setting: string): Promise<Finding> {
  const check = 'disk';
  const { place, isDirectory } = await nearestPlace(dir);
  if (!isDirectory)
    return broken(check, `${place} is not a directory`, `Name another directory with ${setting}`);
  const mayWrite = await access(place, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!mayWrite)
    return broken(
      check,
      `${place} may not be written`,
      `Give this user the right to write there, or choose another directory than ${dir}`,
    );
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  const found = `${formatBytes(free)} free at ${dir}${place === dir ? '' : ' (made at the first start)'}`;
  const mend = 'Free some space, or choose another disk with DARKROOM_DATA, DARKROOM_STORE and DARKROOM_WORK';
  if (free < TOO_LITTLE) return broken(check, found, mend);
  return free < SCARCE ? warning(check, found, mend) : ok(check, found);
}

async function checkInputRoot(configured: string, { DARKROOM_DATA }: Config): Promise<Finding> {
  const check = 'input root';
  const root = requiredDirectory(configured);
  const info = await stat(root).catch(() => null);
  if (info?.isDirectory()) {
    return access(root, constants.R_OK | constants.X_OK).then(
      () => ok(check, configured),
      () => broken(check, `${root} may not be read`, 'Give this user the right to read it'),
    );
  }
  if (info) return broken(check, `${root} is not a directory`, 'Name a directory with DARKROOM_INPUT_ROOTS');
  if (root === join(DARKROOM_DATA, 'inputs')) return ok(check, `${root} (made by "darkroom serve")`);
  return broken(check, `${root} does not exist`, 'Create it, or name another with DARKROOM_INPUT_ROOTS');
}
