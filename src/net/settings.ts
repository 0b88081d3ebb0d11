/** Settings of outbound HTTP: downloads of assets, and callbacks. */
import { defineSettings } from '../lib/settings/setting.ts';
import { bytes, positiveInteger } from '../lib/settings/values.ts';
import { addressRules, networkRules } from './network-rule.ts';

export const netSettings = defineSettings({
  DARKROOM_ALLOW_NETWORKS: {
    schema: networkRules,
    default: '',
    defaultMeaning: 'this machine for callbacks, if the server listens on loopback only',
    description:
      'private networks and hosts that asset and callback URLs may reach, comma-separated, such as `10.0.0.0/8`, `10.0.0.1:8443` or `images.example:80`; set but empty: none',
  },
  DARKROOM_DENY_NETWORKS: {
    schema: addressRules,
    default: '',
    description:
      'networks that asset and callback URLs may not reach, even if `DARKROOM_ALLOW_NETWORKS` contains them, such as `10.0.9.0/24` or `10.0.0.1:5432`',
  },
  DARKROOM_MAX_ASSET_BYTES: {
    schema: bytes,
    default: '20G',
    description: 'largest asset that is downloaded or uploaded',
  },
  DARKROOM_ASSET_TIMEOUT_MS: {
    schema: positiveInteger,
    default: '30000',
    description:
      'milliseconds for the response of an asset server; then the time over which its rate is averaged',
  },
  DARKROOM_ASSET_MIN_RATE: {
    schema: bytes,
    default: '8K',
    description:
      'bytes per second that an asset server must send on average over `DARKROOM_ASSET_TIMEOUT_MS`; `0`: anything at all',
  },
  DARKROOM_ASSET_MAX_MS: {
    schema: positiveInteger.max(2_147_483_647),
    default: '7200000',
    defaultMeaning: '2 hours',
    description: 'milliseconds in which an asset must be downloaded',
  },
  DARKROOM_DOWNLOAD_WAIT_MS: {
    schema: positiveInteger,
    default: '5000',
    description:
      'milliseconds after which a job that may not download yet, because of the share of its tenant or host, leaves its place on the worker to others',
  },
  DARKROOM_CALLBACK_TIMEOUT_MS: {
    // One attempt is an activity with a timeout of a minute.
    schema: positiveInteger.max(50_000),
    default: '15000',
    description: 'milliseconds for the response to a callback',
  },
});
