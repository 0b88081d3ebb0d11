/** Settings of every darkroom process. */
import { z } from 'zod';
import { defineSettings } from '../lib/settings/setting.ts';
import { milliseconds } from '../lib/settings/values.ts';

export const processSettings = defineSettings({
  DARKROOM_GRACE_MS: {
    schema: milliseconds,
    default: '3000',
    description:
      'after SIGTERM: milliseconds until running requests and activities are aborted; aborted activities run again later',
  },
  DARKROOM_LOG_LEVEL: {
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error'], 'must be trace, debug, info, warn or error'),
    default: 'info',
    description: 'least severity that is logged',
  },
});
