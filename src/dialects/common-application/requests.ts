/** What clients send. */
import { z } from 'zod';
import { httpUrl } from '../../jobs/model/asset.ts';

export const taskId = z
  .string()
  .meta({ description: 'UUID of the task', example: '0f8fad5b-d9cb-469f-a165-70867728950e' });

/** All of it is darkroom's own: the contract has no body here. */
export const newTask = z
  .strictObject({
    operation: z
      .string()
      .min(1)
      .max(100)
      .nullish()
      .meta({ description: 'See GET /v1/operations; left out: the one that the server is set up for' }),
    params: z.record(z.string(), z.unknown()).nullish().meta({
      description: 'Of the operation; without one, laid over those that the server is set up with',
    }),
    assets_total: z
      .int()
      .min(0)
      .max(1_000_000)
      .nullish()
      .meta({ description: 'The task begins when it has this many assets, however long that takes' }),
  })
  .meta({ id: 'NewTask' });

/** Other fields may come along; they are not looked at. */
const assetData = z
  .object({
    file_name: z.string().meta({ example: 'DJI_0042.jpg' }),
    attributes: z
      .record(z.string(), z.unknown())
      .nullish()
      .meta({ description: 'Any JSON', example: { longitude: 14.42, latitude: 50.08 } }),
    download_url: httpUrl,
  })
  .meta({ id: 'AssetData' });

/** `most`: assets in one call. */
export const assetBatch = (most: number) =>
  z
    .strictObject({
      task_id: taskId,
      data: z.array(assetData).max(most, `takes at most ${most} assets in one call; send them in several`),
      final: z
        .boolean()
        .nullish()
        .meta({ description: 'These are the last. Not in the contract; without it, see assets_total' }),
    })
    .meta({ id: 'AssetBatch' });
