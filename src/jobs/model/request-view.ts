/** What a job was asked to do, for people who look at it: without what is as good as a password. */
import type { Callback } from './job.ts';
import type { AssetInput, JobInputs, RunInput } from './run-input.ts';

/** Assets that are shown; of the rest there is the number. */
export const SHOWN_ASSETS = 200;

interface AskedAsset {
  readonly name: string | null;
  readonly source:
    | { readonly url: string }
    | { readonly path: string }
    | { readonly upload: { readonly size: number; readonly sha256: string } };
  readonly checksum: string | null;
  readonly attributes: Record<string, unknown>;
}

export interface RequestView {
  readonly operation: string;
  readonly params: Record<string, unknown>;
  readonly assets: { readonly total: number; readonly shown: readonly AskedAsset[] };
  readonly callback: { readonly url: string; readonly events: readonly string[] } | null;
  /** Days after its end that it is kept; null: for ever. */
  readonly keep_days: number | null;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** `inputs`: those of the first chunks, opened. */
export function toRequestView(
  runInput: RunInput,
  inputs: readonly JobInputs[],
  callback: Callback | null,
): RequestView {
  const { header, params, chunks, callbackEvents, retention } = runInput;
  const jobMs = retention?.jobMs ?? null;
  return {
    operation: header.operation,
    params,
    assets: {
      total: chunks.reduce((sum, { count }) => sum + count, 0),
      shown: inputs
        .flatMap(({ assets }) => assets)
        .slice(0, SHOWN_ASSETS)
        .map(shown),
    },
    // Paths of such addresses are secrets, often.
    callback: callback && { url: `${new URL(callback.url).origin}/…`, events: callbackEvents },
    keep_days: jobMs === null ? null : jobMs / DAY_MS,
  };
}

const shown = ({ name, source, checksum, attributes }: AssetInput): AskedAsset => ({
  name: name ?? null,
  source:
    'url' in source
      ? { url: withoutQuery(source.url) }
      : 'path' in source
        ? { path: source.path }
        : { upload: { size: source.size, sha256: source.sha256 } },
  checksum: checksum ?? null,
  attributes: attributes ?? {},
});

/** What follows the question mark may be a signature. */
const withoutQuery = (url: string): string => url.replace(/\?.*$/s, '?…');
