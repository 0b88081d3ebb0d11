/** Settings of the common application API: defaults for what a client omits. */
import { z } from 'zod';
import { defineSettings, type SettingValues } from '../../lib/settings/setting.ts';
import { daysOrForever, optionalJsonObject, positiveInteger } from '../../lib/settings/values.ts';

export const settings = defineSettings({
  DARKROOM_TASK_OPERATION: {
    schema: z.string(),
    default: 'image.gallery',
    description: 'operation of tasks (`/api/v1/task`) that name none',
  },
  DARKROOM_TASK_PARAMS: {
    schema: optionalJsonObject,
    default: '',
    defaultMeaning: '`{"as":"zip"}` for `image.gallery`, else none',
    description: 'parameters of `DARKROOM_TASK_OPERATION`, a JSON object',
  },
  DARKROOM_TASK_QUIET_SECONDS: {
    schema: z.coerce.number().min(0.1).max(86_400),
    default: '10',
    description: 'seconds without a new asset after which a task without a known number of assets starts',
  },
  DARKROOM_TASK_ASSETS_PER_BATCH: {
    schema: positiveInteger.max(10_000),
    default: '100',
    description: 'assets that a task accepts in one call',
  },
  DARKROOM_TASK_KEEP_DAYS: {
    schema: daysOrForever,
    default: 'forever',
    description:
      'days after its end that a task and its results are kept, or `forever`; the contract makes the address of a website permanent',
  },
});

export type TaskSettings = SettingValues<typeof settings>;
