/** The loop of a per-asset stage on pictures, each of which a picture process decodes. */
import type { InputFile, StageContext } from '../operation.ts';
import { eachAsset } from './each-asset.ts';
import { assetError } from './image-source.ts';
import { PictureFailure } from './picture-process/failure.ts';
import type { PictureTask } from './picture-process/task.ts';
import type { AssetRequest, PictureParams } from './picture-work.ts';

/**
 * Runs `task`, made by `onPicture`, for each asset.
 *
 * @param keep - Gets the facts that the task returns and the folder with its results, and moves the results to their places.
 * @param more - Paths of other files that the task reads, besides the asset.
 * @returns What `keep` returned for the usable assets, in order.
 * @throws What `eachAsset` throws.
 */
export const eachPicture = <Params extends PictureParams, Facts, Kept>(
  context: StageContext<Params>,
  task: PictureTask<AssetRequest<Params>, Facts>,
  keep: (input: InputFile, facts: Facts, folder: string) => Promise<Kept>,
  more: readonly string[] = [],
): Promise<Kept[]> =>
  eachAsset(context, async (input, report) => {
    const { params, signal, note, pictures } = context;
    const { path, ...facts } = input;
    const options = {
      files: [path, ...more],
      signal,
      note,
      report: (fraction: number, detail?: string) =>
        report(fraction, detail === undefined ? detail : `${input.name}: ${detail}`),
    };
    const request = { input: { ...facts, attributes: {} }, params };
    return pictures
      .run(task, request, options, (result, folder) => keep(input, result, folder))
      .catch((error: unknown) => {
        throw error instanceof PictureFailure
          ? assetError(error.code, input, error.predicate, { cause: error })
          : error;
      });
  });
