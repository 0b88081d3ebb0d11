/** The ports of jobs and activities, implemented on one object store. */
import type { Keyring } from '../auth/keyring.ts';
import type { JobArchive } from '../jobs/ports/job-archive.ts';
import type { RunFiles } from '../jobs/ports/run-files.ts';
import { createAssetFiles } from './assets.ts';
import { createJobDeletions } from './deletions.ts';
import { createJobDeliveries } from './deliveries.ts';
import { createJobInputFiles } from './inputs.ts';
import { createJobAssets } from './job-assets.ts';
import { createJobLogs } from './job-logs.ts';
import type { ObjectStore } from './object-store.ts';
import { createJobRecords } from './records.ts';
import { createJobResults } from './results.ts';
import { createReusableResults } from './reusable-results.ts';
import { createStageFiles } from './stages.ts';

/** `keys` encrypt the inputs of jobs. */
export const createJobArchive = (store: ObjectStore, keys: Keyring): JobArchive => ({
  ...createJobRecords(store),
  ...createJobInputFiles(store, keys),
  ...createJobResults(store),
  ...createJobAssets(store),
  ...createJobDeliveries(store),
  ...createJobLogs(store),
  ...createJobDeletions(store),
});

/** What the activities of runs keep in the store. */
export const createRunFiles = (store: ObjectStore): RunFiles => ({
  assets: createAssetFiles(store),
  stages: createStageFiles(store),
  reusable: createReusableResults(store),
  deliveries: createJobDeliveries(store),
  logs: createJobLogs(store),
});
