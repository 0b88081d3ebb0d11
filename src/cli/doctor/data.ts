/** Checks the directories on this machine: data, scratch space, input roots. */
import { access, constants, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { findFormatProblem } from '../../data-directory/format.ts';
import { lockHolder } from '../../data-directory/lock.ts';
import { checkAccess, isOpenToOthers } from '../../data-directory/open.ts';
import { requiredDirectory } from '../../inputs/roots.ts';
import { describeFileError } from '../../lib/directory-problem.ts';
import { nearestPlace } from '../../lib/make-directory.ts';
import { formatBytes } from '../../lib/units.ts';
import { broken, type Finding, ok, warning } from './finding.ts';

/** Free bytes below which a large job may not fit. */
const LOW = 5e9;
/** Free bytes below which most jobs do not fit. */
const TOO_LOW = 500e6;

export async function checkData(config: Config): Promise<Finding[]> {
  const directory = await checkDirectory(config);
  // The checks below would report directories that cannot be created.
  if (directory.state === 'broken') return [directory];
  const { DARKROOM_DATA: data, DARKROOM_WORK: work } = config;
  return [
    directory,
    await checkPrivacy(config),
    await checkDisk(data, 'DARKROOM_DATA'),
    ...(work === data ? [] : [await checkDisk(work, 'DARKROOM_WORK')]),
    ...(await Promise.all(config.DARKROOM_INPUT_ROOTS.map((root) => checkInputRoot(root, config)))),
  ];
}

async function checkDirectory({ DARKROOM_DATA: dir }: Config): Promise<Finding> {
  const check = 'data directory';
  const { place, isDirectory } = await nearestPlace(dir);
  if (!isDirectory)
    return broken(check, `${place} is not a directory`, 'Name another directory with DARKROOM_DATA');
  try {
    await checkAccess(dir);
    const format = await findFormatProblem(dir);
    if (format) return broken(check, format.problem, format.remedy);
  } catch (error) {
    const found = describeFileError(error, dir);
    if (found === null) throw error;
    return broken(check, found.problem, `${found.remedy}, or name another directory with DARKROOM_DATA`);
  }
  const holder = await lockHolder(dir);
  if (!holder) return ok(check, `${dir}, in use by no server`);
  return ok(check, `${dir}, in use by ${holder.pid === null ? 'a server' : `process ${holder.pid}`}`);
}

/** The files hold other people's pictures, keys and jobs. */
async function checkPrivacy({
  DARKROOM_DATA: data,
  DARKROOM_WORK: work,
  DARKROOM_STORE: store,
}: Config): Promise<Finding> {
  const check = 'privacy';
  const directories = [data, work, ...(store.kind === 'file' ? [store.directory] : [])];
  const apart = directories.filter((dir) => dir === data || !dir.startsWith(`${data}/`));
  const open: string[] = [];
  for (const dir of apart) if (await isOpenToOthers(dir)) open.push(dir);
  return open.length === 0
    ? ok(check, 'only this user has access to the data')
    : warning(
        check,
        `other users have access to ${open.join(' and ')}`,
        `Run: chmod -R go= ${open.join(' ')}`,
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
      `${place} is not writable`,
      `Make it writable for this user, or choose another directory with ${setting}`,
    );
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  const found = `${formatBytes(free)} free at ${dir}${place === dir ? '' : ' (created at the first start)'}`;
  const remedy =
    'Free some space, or choose another disk with DARKROOM_DATA, DARKROOM_STORE and DARKROOM_WORK';
  if (free < TOO_LOW) return broken(check, found, remedy);
  return free < LOW ? warning(check, found, remedy) : ok(check, found);
}

async function checkInputRoot(configured: string, { DARKROOM_DATA }: Config): Promise<Finding> {
  const check = 'input root';
  const root = requiredDirectory(configured);
  const info = await stat(root).catch(() => null);
  if (info?.isDirectory()) {
    return access(root, constants.R_OK | constants.X_OK).then(
      () => ok(check, configured),
      () => broken(check, `${root} is not readable`, 'Make it readable for this user'),
    );
  }
  if (info) return broken(check, `${root} is not a directory`, 'Name a directory with DARKROOM_INPUT_ROOTS');
  if (root === join(DARKROOM_DATA, 'inputs')) return ok(check, `${root} (created by "darkroom serve")`);
  return broken(check, `${root} does not exist`, 'Create it, or name another with DARKROOM_INPUT_ROOTS');
}
