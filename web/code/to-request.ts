/** Converts the stored request of a job to a request that submits it again. */
import type { JobAsset, JobRequest, RequestView } from '../../src/client/client.ts';

/** What the stored request does not have. */
export interface Gaps {
  /** Names of uploaded files, which the client has to send again. */
  readonly uploads: readonly string[];
  /** Number of assets beyond those that the view shows. */
  readonly hidden: number;
  /** Whether the callback has to be entered again: its path may be a secret. */
  readonly callback: boolean;
}

/** Uploaded files become empty blobs with their names. */
export function toRequest({ operation, params, steps, results, assets, callback, keep_days }: RequestView): {
  readonly request: JobRequest;
  readonly gaps: Gaps;
} {
  const converted = assets.shown.map(
    ({ name, source, checksum, attributes }, at): JobAsset => ({
      ...(name === null ? {} : { name }),
      source: 'upload' in source ? { blob: new Blob([]) } : source,
      ...(checksum === null ? {} : { checksum }),
      ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
      ...('upload' in source && name === null ? { name: `file-${at}` } : {}),
    }),
  );
  const request = {
    ...(steps === undefined ? { operation, params } : { steps: steps as JobRequest['steps'], results }),
    ...(converted.length > 0 && { assets: converted }),
    ...(keep_days !== null && { keep_days }),
  } as JobRequest;
  const uploads = converted.flatMap(({ name = '', source }) => ('blob' in source ? [name] : []));
  return {
    request,
    gaps: { uploads, hidden: assets.total - assets.shown.length, callback: callback !== null },
  };
}
