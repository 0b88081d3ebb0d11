/** Settings of outbound HTTP: downloads of assets, and callbacks. */
import { z } from 'zod';
import { defineSettings } from '../lib/settings/setting.ts';
import { bytes, positiveInteger, splitList } from '../lib/settings/values.ts';
import { parseNetworks } from './addresses.ts';

/** CIDRs, comma-separated. */
const networks = z.string().transform((text, context): string[] => {
  const cidrs = splitList(text);
  try {
    parseNetworks(cidrs);
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : String(error));
  }
  return cidrs;
});

export const netSettings = defineSettings({
  DARKROOM_ALLOW_NETWORKS: {
    schema: networks,
    default: '',
    description: 'private networks (CIDR, comma-separated) that asset and callback URLs may reach',
  },
  DARKROOM_MAX_ASSET_BYTES: {
    schema: bytes,
    default: '20G',
    description: 'largest asset that is downloaded or uploaded',
  },
  DARKROOM_ASSET_TIMEOUT_MS: {
    schema: positiveInteger,
    default: '30000',
    description: 'timeout for the response of an asset server, and for each further 64 KiB of it',
  },
  DARKROOM_CALLBACK_TIMEOUT_MS: {
    // One attempt is an activity with a timeout of a minute.
    schema: positiveInteger.max(50_000),
    default: '15000',
    description: 'timeout for the response to a callback',
  },
});
