/** The limits of clients. By default there are none on a server that only this machine reaches without authentication. */
import type { ClientLimits } from './api/limits/client-limits.ts';
import { defaultLimits, noLimits } from './api/limits/settings.ts';
import { isLocalAnonymous } from './auth/settings.ts';
import type { Config } from './config/config.ts';

export function composeClientLimits(config: Config): ClientLimits {
  const defaults = isLocalAnonymous(config) ? noLimits : defaultLimits;
  return {
    requests: config.DARKROOM_REQUEST_LIMITS ?? defaults.requests,
    submissions: config.DARKROOM_SUBMISSION_LIMITS ?? defaults.submissions,
    assets: config.DARKROOM_ASSET_LIMITS ?? defaults.assets,
    uploads: config.DARKROOM_UPLOAD_LIMITS ?? defaults.uploads,
  };
}

/** Unfinished jobs that each tenant may have by default. */
const TENANT_JOBS = 20_000;

/** Returns the limit of unfinished jobs of a tenant; infinity: none. */
export function composeTenantJobs(config: Config): (tenant: string) => number {
  const byDefault = isLocalAnonymous(config) ? Number.POSITIVE_INFINITY : TENANT_JOBS;
  return config.DARKROOM_TENANT_JOBS ?? (() => byDefault);
}
