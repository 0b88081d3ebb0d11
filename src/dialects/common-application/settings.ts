/** What becomes of a task whose client does not say, as the settings have it. */

import type { ApiDependencies } from '../../api/context.ts';
import { ConfigError } from '../../config/config.ts';
import type { OperationCatalogue } from '../../jobs/ports/operation-catalogue.ts';
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
