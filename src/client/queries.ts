/** Queries of the API from what callers of the client give. */
import type { RerunOptions } from './options.ts';
import type { JobFilter } from './types.ts';

export const toListQuery = ({ since, unfinished, idPrefix, labels = {}, ...filter }: JobFilter) => ({
  ...filter,
  label: Object.entries(labels).map(([name, value]) => `${name}:${value}`),
  id_prefix: idPrefix,
  unfinished: unfinished ? 'true' : undefined,
  since: since instanceof Date ? since.toISOString() : since,
});

export const toRerunQuery = ({ from, failedAssets }: RerunOptions) => ({
  from,
  assets: failedAssets ? 'failed' : undefined,
});
