/** Settings of submissions, callbacks and retention. */
import { defineSettings } from '../lib/settings/setting.ts';
import {
  bytesPerName,
  days,
  daysOrForever,
  daysOrNone,
  flag,
  limitPerName,
  milliseconds,
  millisecondsList,
  positiveInteger,
} from '../lib/settings/values.ts';

export const jobSettings = defineSettings({
  DARKROOM_TENANT_JOBS: {
    schema: limitPerName,
    default: '',
    defaultMeaning: 'on loopback without authentication none, else `20000`',
    description:
      'open jobs per tenant; further submissions fail with 429; `100,acme=500` means 500 for `acme`, 100 for each other; `none`: no limit',
  },
  DARKROOM_TENANT_BYTES: {
    schema: bytesPerName,
    default: '',
    defaultMeaning: 'no limit',
    description:
      'stored bytes per tenant, in the same form with sizes, such as `1T,acme=5T`; further submissions fail with 429; measured every five minutes',
  },
  DARKROOM_QUEUE_UNAVAILABLE: {
    schema: flag,
    default: '0',
    description: '`1`: jobs wait for a worker with the engine that they need; `0`: their submission fails',
  },
  DARKROOM_FIRST_ASSET_DAYS: {
    schema: days,
    default: '1',
    description: 'days that a job with `await_assets` waits for its first asset; then its input is complete',
  },
  DARKROOM_NEXT_ASSET_DAYS: {
    schema: days,
    default: '1',
    description:
      'days that a job with `await_assets`, but without `quiet_seconds`, waits for its next asset; then it fails',
  },
  DARKROOM_CALLBACK_SCHEDULE_MS: {
    schema: millisecondsList,
    default: '5000,300000,1800000,7200000,18000000,36000000,50400000,72000000,86400000',
    defaultMeaning: '5 s, 5 and 30 min, 2, 5, 10, 14, 20 and 24 h',
    description: 'milliseconds before the second and each further attempt of a callback, comma-separated',
  },
  DARKROOM_KEEP_DAYS: {
    schema: daysOrForever,
    default: '30',
    description:
      'days after its end that a job and its results are kept, or `forever`, unless the job sets `keep_days`; tasks have `DARKROOM_TASK_KEEP_DAYS`',
  },
  DARKROOM_KEEP_WORK_DAYS: {
    schema: days,
    default: '7',
    description:
      'days after the end of a job that downloaded assets and checkpoints are kept; a later rerun starts from the beginning',
  },
  DARKROOM_REUSE_DAYS: {
    schema: daysOrNone,
    default: '7',
    description:
      'days for which results are reused by equal jobs of the same tenant, or `none`; they must be kept for as long by `DARKROOM_KEEP_WORK_DAYS`',
  },
  DARKROOM_REUSE_MIN_MS: {
    schema: milliseconds,
    default: '50',
    description:
      'milliseconds that a stage, or a batch of it, must have taken, so that its results are reused: shorter work is computed again',
  },
  DARKROOM_REUSE_ENTRIES: {
    schema: positiveInteger,
    default: '50000',
    description:
      'results of all tenants that are remembered; the retention forgets the oldest ones first. Each takes less than 1 KB',
  },
});
