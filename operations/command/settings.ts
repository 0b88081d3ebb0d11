/** Settings of command operations. */
import { join } from 'node:path';
import { defineSettings } from '../../src/lib/settings/setting.ts';
import { absolutePath } from '../../src/lib/settings/values.ts';

export const commandOperationSettings = defineSettings({
  DARKROOM_OPERATIONS: {
    schema: absolutePath,
    default: (dataDir) => join(dataDir, 'operations'),
    description: 'directory of command operations, one YAML file each; API and workers need the same files',
  },
});
