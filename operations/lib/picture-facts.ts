/** Facts of a file that conditions of steps ask for, if it is a picture. */
import { hasCode } from '../../src/errors.ts';
import type { HeaderFacts } from '../image-metadata/header.ts';
import type { Params } from '../image-metadata/params.ts';
import { task } from '../image-metadata/picture.ts';
import type { InputFile } from '../operation.ts';
import type { Pictures } from './picture-process/pictures.ts';

type PictureFacts = Pick<HeaderFacts, 'media_type' | 'width' | 'height' | 'orientation'>;

/**
 * Reads the header of a picture. Returns null if the file is no picture that operations can read.
 *
 * @throws DarkroomError about the file if it took too much, or ended the process that read it.
 */
export async function readPictureFacts(
  pictures: Pictures,
  { path, ...input }: InputFile,
  signal: AbortSignal,
): Promise<PictureFacts | null> {
  const options = { files: [path], signal, note: () => undefined, report: () => undefined };
  // Header fields only.
  const params: Params = { include: [], on_error: 'fail', on_damaged: 'accept' };
  const request = { input: { ...input, attributes: {} }, params };
  try {
    return await pictures.run(task, request, options, async (facts) => facts);
  } catch (error) {
    signal.throwIfAborted();
    if (hasCode(error, 'asset_not_an_image') || hasCode(error, 'asset_corrupt')) return null;
    throw error;
  }
}
