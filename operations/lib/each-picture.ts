/** The loop of a per-asset stage on pictures: opens what libvips cannot open itself, and decides on damage. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DarkroomError } from '../../src/errors.ts';
import type { InputFile, StageContext } from '../operation.ts';
import { eachAsset } from './each-asset.ts';
import { addEndMarker } from './formats/jpeg-end.ts';
import type { PictureFile } from './formats/picture-file.ts';
import { findPngDamage } from './formats/png.ts';
import { makeReadable } from './formats/readable-copy.ts';
import { damagedError } from './image-source.ts';

/** Parameters of operations on pictures. */
export interface PictureParams {
  readonly on_damaged: 'fail' | 'accept';
}

type Report = StageContext<unknown>['progress'];

/**
 * Calls `work` for each asset, as `eachAsset` does. HEIC pictures and camera raw files are passed as copies that libvips can
 * read. `work` is called again for a picture whose damage is accepted, so it must create its outputs last.
 *
 * @returns The results for the usable assets, in order.
 */
export const eachPicture = <T>(
  context: StageContext<PictureParams>,
  work: (picture: PictureFile, report: Report) => Promise<T>,
): Promise<T[]> =>
  eachAsset(context, async (input, report) => {
    const copy = join(context.workspace, 'readable-copy');
    try {
      const picture = await makeReadable(input, copy, context);
      return await decideOnDamage(picture, context, copy, (file) => work(file, report));
    } finally {
      await rm(copy, { force: true });
    }
  });

async function decideOnDamage<T>(
  picture: PictureFile,
  context: StageContext<PictureParams>,
  copy: string,
  work: (picture: PictureFile) => Promise<T>,
): Promise<T> {
  try {
    return await work(picture);
  } catch (error) {
    if (context.signal.aborted || !isDamage(error)) throw error;
    const damage = error.details?.['damage'];
    if (damage === 'harmless' && !picture.accept)
      return decideOnDamage({ ...picture, accept: 'harmless' }, context, copy, work);
    if (damage === 'truncated' && !picture.original && (await addEndMarker(picture.path, copy))) {
      const original = { path: picture.path, mediaType: 'image/jpeg' };
      return decideOnDamage({ ...picture, path: copy, original }, context, copy, work);
    }
    const explained = await explainDamage(picture, error);
    if (context.params.on_damaged === 'fail') throw explained;
    const result = await work({ ...picture, accept: 'all' });
    context.note('damage_accepted', `${explained.message}; the part that can be decoded was used`, picture);
    return result;
  }
}

const isDamage = (error: unknown): error is DarkroomError =>
  error instanceof DarkroomError && error.code === 'asset_corrupt';

/** libvips has one message for all damage of PNG. */
async function explainDamage(picture: InputFile, error: DarkroomError): Promise<DarkroomError> {
  const damage = await findPngDamage(picture.path);
  return damage ? damagedError(picture, damage[1], damage[0], error) : error;
}
