/** The work on one asset, in a picture process: opens what libvips cannot open itself, and decides on damage. */
import { join } from 'node:path';
import { DarkroomError } from '../../src/errors.ts';
import type { InputFile } from '../operation.ts';
import { addEndMarker } from './formats/jpeg-end.ts';
import type { PictureFile } from './formats/picture-file.ts';
import { findPngDamage } from './formats/png.ts';
import { makeReadable } from './formats/readable-copy.ts';
import type { PageChoice } from './formats/tiff.ts';
import { damagedError } from './image-source.ts';
import type { TaskContext } from './picture-process/task.ts';

/** Parameters of operations on pictures. */
export interface PictureParams {
  readonly on_damaged: 'fail' | 'accept';
}

/** What a picture process gets for one asset, which is the first of its files. */
export interface AssetRequest<Params> {
  readonly input: Omit<InputFile, 'path'>;
  readonly params: Params;
}

type Work<Params, Facts> = (picture: PictureFile, params: Params, context: TaskContext) => Promise<Facts>;

/**
 * Makes the `run` of a task for `eachPicture`. HEIC pictures and camera raw files are passed to `work` as copies that libvips can
 * read. `work` is called again for a picture whose damage is accepted.
 *
 * @param choosePage - Which picture of a TIFF file `work` opens. Default: the first.
 * @example
 * export const task = pictureTask(import.meta.url, onPicture(async (picture) => (await openImage(picture)).header.width));
 */
export const onPicture =
  <Params extends PictureParams, Facts>(
    work: Work<Params, Facts>,
    choosePage: (params: Params) => PageChoice = () => 'first',
  ) =>
  async ({ input, params }: AssetRequest<Params>, context: TaskContext): Promise<Facts> => {
    const [path = ''] = context.files;
    const copy = join(context.folder, 'readable-copy');
    const { on_damaged } = params;
    const picture = await makeReadable({ ...input, path }, copy, context, {
      on_damaged,
      page: choosePage(params),
    });
    return decideOnDamage(picture, params, copy, context, (file) => work(file, params, context));
  };

async function decideOnDamage<Facts>(
  picture: PictureFile,
  params: PictureParams,
  copy: string,
  context: TaskContext,
  work: (picture: PictureFile) => Promise<Facts>,
): Promise<Facts> {
  const retry = (file: PictureFile) => decideOnDamage(file, params, copy, context, work);
  try {
    return await work(picture);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const damage = error.details?.['damage'];
    if (damage === 'harmless' && !picture.accept) return retry({ ...picture, accept: 'harmless' });
    if (damage === 'truncated' && !picture.original && (await addEndMarker(picture.path, copy))) {
      const original = { path: picture.path, mediaType: 'image/jpeg', pages: null, metadata: null };
      return retry({ ...picture, path: copy, original });
    }
    const explained = await explainDamage(picture, error);
    if (params.on_damaged === 'fail') throw explained;
    const facts = await work({ ...picture, accept: 'all' });
    context.note('damage_accepted', `${explained.message}; the part that can be decoded was used`, picture);
    return facts;
  }
}

const isDamage = (error: unknown): error is DarkroomError =>
  error instanceof DarkroomError && error.code === 'asset_corrupt';

/** libvips has one message for all damage of PNG. */
async function explainDamage(picture: InputFile, error: DarkroomError): Promise<DarkroomError> {
  const damage = await findPngDamage(picture.path);
  return damage ? damagedError(picture, damage[1], damage[0], error) : error;
}
