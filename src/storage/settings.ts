/** Settings of the object store. */
import { join } from 'node:path';
import { z } from 'zod';
import { defineSettings } from '../lib/settings/setting.ts';
import { parseStoreAddress, storeForms, storeSettings } from './drivers.ts';

const storeAddress = z.string().transform((text, context) => {
  try {
    return parseStoreAddress(text);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    context.addIssue(error.message);
    return z.NEVER;
  }
});

export const storageSettings = defineSettings({
  DARKROOM_STORE: {
    schema: storeAddress,
    default: (dataDir) => `file:${join(dataDir, 'store')}`,
    description: `object store: ${storeForms}; for S3, credentials, region and endpoint come from the \`AWS_*\` variables`,
  },
  ...storeSettings,
});
