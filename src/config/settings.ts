/** All settings, one line per area. */
import { commandOperationSettings } from '../../operations/command/settings.ts';
import { limitSettings } from '../api/limits/settings.ts';
import { apiSettings } from '../api/settings.ts';
import { authSettings } from '../auth/settings.ts';
import { dataDirectorySettings } from '../data-directory/settings.ts';
import { dialectSettings } from '../dialects/settings.ts';
import { engineSettings } from '../engines/settings.ts';
import { inputSettings } from '../inputs/settings.ts';
import { jobSettings } from '../jobs/settings.ts';
import { netSettings } from '../net/settings.ts';
import { storageSettings } from '../storage/settings.ts';
import { temporalSettings } from '../temporal/settings.ts';
import { processSettings } from './process-settings.ts';

/** In the order in which `darkroom config` prints them. */
export const settings = {
  ...apiSettings,
  ...limitSettings,
  ...dataDirectorySettings,
  ...storageSettings,
  ...inputSettings,
  ...netSettings,
  ...authSettings,
  ...engineSettings,
  ...commandOperationSettings,
  ...jobSettings,
  ...dialectSettings,
  ...temporalSettings,
  ...processSettings,
};
