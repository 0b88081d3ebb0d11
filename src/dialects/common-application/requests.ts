/** Schemas of requests. Other fields are ignored. */
import { z } from 'zod';
import { httpUrl } from '../../jobs/model/asset.ts';

export const taskId = z.string().meta({
  description: 'UUID of the task, in any spelling',
  example: '0f8fad5b-d9cb-469f-a165-708677289501',
});

export const idQuery = z.object({ id: taskId });

/** The contract has no body here, so every field is darkroom's own. */
export const newTask = z
  .object({
    operation: z.string().min(1).max(100).nullish().meta({
      description:
        'An operation (GET /v1/operations) or a template (GET /v1/templates); default: DARKROOM_TASK_OPERATION',
    }),
    params: z.record(z.string(), z.unknown()).nullish().meta({
      description:
        'Parameters of the operation or template; without `operation`, merged over DARKROOM_TASK_PARAMS',
    }),
    assets_total: z
      .int()
      .min(0)
      .max(1_000_000)
      .nullish()
      .meta({ description: 'Processing starts once the task has this many assets' }),
  })
  .meta({ id: 'NewTask' });

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

export type AssetData = z.infer<typeof assetData>;

/** @param max most assets in one call */
export const assetBatch = (max: number) =>
  z
    .object({
      task_id: taskId,
      data: z.array(assetData).max(max, `takes at most ${max} assets in one call; send them in several`),
      final: z
        .boolean()
        .nullish()
        .meta({ description: 'True: these are the last assets. Not in the contract' }),
    })
    .meta({
      id: 'AssetBatch',
      example: {
        task_id: '0f8fad5b-d9cb-469f-a165-708677289501',
        data: [{ file_name: 'DJI_0042.jpg', download_url: 'https://images.example.com/DJI_0042.jpg' }],
      },
    });
