/** Settings of the embedded Temporal server and of Temporal workers. */
import { z } from 'zod';
import { optionalListenAddress } from '../lib/settings/listen-address.ts';
import { defineSettings } from '../lib/settings/setting.ts';
import { httpUrlOrNone, optionalPath, positiveInteger } from '../lib/settings/values.ts';

export const temporalSettings = defineSettings({
  DARKROOM_HEARTBEAT_MS: {
    schema: positiveInteger.pipe(
      z.number().min(500, 'must be at least 500').max(60_000, 'must be at most 60000'),
    ),
    default: '500',
    description:
      'milliseconds between the heartbeats of an activity, which carry progress to readers and cancellation to workers. They grow with its age to four times as much, and never beyond a quarter of the heartbeat timeout. Each is an action of Temporal Cloud',
  },
  DARKROOM_RETENTION_DAYS: {
    schema: positiveInteger,
    default: '30',
    description:
      'days that the embedded Temporal server keeps the history of an ended job; records and results are kept longer',
  },
  DARKROOM_PAYLOAD_CODEC: {
    schema: optionalPath,
    default: '',
    description:
      'JavaScript module that exports `payloadCodec`, a payload codec for Temporal, which can encrypt what Temporal stores; the same for API and workers',
  },
  DARKROOM_TEMPORAL_UI: {
    schema: z.union([z.literal('serve'), httpUrlOrNone], 'must be serve, none, or an http or https URL'),
    default: '',
    defaultMeaning: '`serve` with the embedded Temporal server, else `none`',
    description:
      "Temporal's Web UI for the links of the console: `serve` for darkroom's own at `/temporal`, with darkroom's access to Temporal; or the address of another",
  },
  DARKROOM_WORKER_METRICS: {
    schema: optionalListenAddress,
    default: '',
    description: 'address at which a worker serves metrics for Prometheus, such as `127.0.0.1:9464`',
  },
});
