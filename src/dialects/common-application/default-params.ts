/** The parameters of a task that names no operation. */
import type { OperationCatalogue } from '../../jobs/ports/operation-catalogue.ts';
import { ConfigError } from '../../lib/settings/config-error.ts';
import { formatPath } from './fields.ts';
import type { TaskSettings } from './settings.ts';

type DefaultTask = Pick<TaskSettings, 'DARKROOM_TASK_OPERATION' | 'DARKROOM_TASK_PARAMS'>;

/** Returns the parameters that the settings select. The default operation makes a ZIP. */
export const defaultParams = ({
  DARKROOM_TASK_OPERATION: operation,
  DARKROOM_TASK_PARAMS: params,
}: DefaultTask): Record<string, unknown> => params ?? (operation === 'image.gallery' ? { as: 'zip' } : {});

/** Throws ConfigError if the default operation does not exist or rejects the default parameters. */
export function checkDefaultTask(config: DefaultTask, operations: OperationCatalogue): void {
  const { DARKROOM_TASK_OPERATION: operation, DARKROOM_TASK_PARAMS: params } = config;
  const found = operations.find(operation);
  if (!found) {
    const known = operations.list().map(({ name }) => name);
    throw new ConfigError(
      `DARKROOM_TASK_OPERATION="${operation}": there is no such operation; there are ${known.join(', ')}`,
    );
  }
  const parsed = found.parse(defaultParams(config));
  if (parsed.ok) return;
  const faults = parsed.errors.map(({ pointer, detail }) => `${formatPath(pointer)}: ${detail}`);
  throw new ConfigError(`DARKROOM_TASK_PARAMS="${JSON.stringify(params)}": ${faults.join('; ')}`);
}
