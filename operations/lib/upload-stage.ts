/** The stage of operations that send files to a server of the tenant, without its work. */
import { HOUR_MS } from '../../src/lib/units.ts';

/** Of one file. */
const UPLOAD_MS = 6 * HOUR_MS;

export const uploadStage = {
  name: 'upload',
  title: 'Upload',
  capability: 'io',
  perAsset: true,
  timeoutMs: UPLOAD_MS,
  // Each request has a time limit of its own.
  stallMs: null,
} as const;
