/** What becomes of a task whose client does not say, as the settings have it. */

import { z } from 'zod';
import type { ApiDependencies } from '../../api/context.ts';
import type { OperationCatalogue } from '../../jobs/ports/operation-catalogue.ts';
import { ConfigError } from '../../lib/settings/config-error.ts';
import { defineSettings } from '../../lib/settings/setting.ts';
import { optionalJsonObject, positiveInteger } from '../../lib/settings/values.ts';
import { pathOf } from './fields.ts';

type TaskSettings = ApiDependencies['tasks'];

/** Parameters of a task that names none. */
export const defaultParams = ({ operation, params }: TaskSettings): Record<string, unknown> =>
  params ?? (operation === 'image.gallery' ? { as: 'zip' } : {});

/** Throws ConfigError when tasks would be made of an operation that is not there, or of parameters that it does not take. */
export function checkSettings(settings: TaskSettings, operations: OperationCatalogue): void {
  const { operation, params } = settings;
  const found = operations.find(operation);
  if (!found) {
    const known = operations.list().map(({ name }) => name);
    throw new ConfigError(
      `DARKROOM_TASK_OPERATION="${operation}": there is no such operation; there are ${known.join(', ')}`,
    );
  }
  const parsed = found.parse(defaultParams(settings));
  if (parsed.ok) return;
  const faults = parsed.errors.map(({ pointer, detail }) => `${pathOf(pointer)}: ${detail}`);
  throw new ConfigError(`DARKROOM_TASK_PARAMS="${JSON.stringify(params)}": ${faults.join('; ')}`);
}

export const taskSettings = defineSettings({
  DARKROOM_TASK_OPERATION: {
    schema: z.string(),
    default: 'image.gallery',
    description: 'operation of tasks (/api/v1/task) that name none',
  },
  DARKROOM_TASK_PARAMS: {
    schema: optionalJsonObject,
    default: '',
    description: 'its parameters, a JSON object; default: {"as":"zip"} for image.gallery, else none',
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
});
