/** Settings of the embedded Temporal server and of Temporal workers. */
import { optionalListenAddress } from '../lib/settings/listen-address.ts';
import { defineSettings } from '../lib/settings/setting.ts';
import { positiveInteger } from '../lib/settings/values.ts';

export const temporalSettings = defineSettings({
  DARKROOM_RETENTION_DAYS: {
    schema: positiveInteger,
    default: '30',
    description:
      'days that the embedded Temporal server keeps the history of an ended job; records and results are kept longer',
  },
  DARKROOM_WORKER_METRICS: {
    schema: optionalListenAddress,
    default: '',
    description: 'address at which a worker serves metrics for Prometheus, such as `127.0.0.1:9464`',
  },
});
