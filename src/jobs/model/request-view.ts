/** A job's request as people see it, without secrets. */
import { DAY_MS } from '../../lib/units.ts';
import type { S3Source } from './asset.ts';
import type { Callback } from './job-spec.ts';
import { PIPELINE } from './pipeline-names.ts';
import type { AssetInput, JobInputs, RunInput, StepInput } from './run-input.ts';
import { hideSecrets } from './secret-params.ts';

/** Assets shown. `total` counts all. */
export const SHOWN_ASSETS = 200;

interface ShownAsset {
  readonly name: string | null;
  readonly source:
    | { readonly url: string }
    | { readonly path: string }
    | { readonly s3: S3Source }
    | { readonly upload: { readonly size: number; readonly sha256: string } };
  readonly checksum: string | null;
  readonly attributes: Record<string, unknown>;
}

export interface RequestView {
  readonly operation: string;
  readonly params: Record<string, unknown>;
  /** The template that made the steps, as NAME@VERSION. */
  readonly template?: string;
  /** Of a pipeline. */
  readonly steps?: Readonly<
    Record<
      string,
      Pick<StepInput, 'operation' | 'params' | 'use' | 'reuse'> & { when?: string; on_error: string }
    >
  >;
  /** Of a pipeline: steps whose files are the result. */
  readonly results?: readonly string[];
  readonly assets: { readonly total: number; readonly shown: readonly ShownAsset[] };
  readonly callback: { readonly url: string; readonly events: readonly string[] } | null;
  /** Days that the job is kept after its end; null: forever. */
  readonly keep_days: number | null;
}

/** @param inputs the decrypted inputs of the first chunks, with at least `SHOWN_ASSETS` assets if there are as many */
export function toRequestView(
  runInput: RunInput,
  inputs: readonly JobInputs[],
  callback: Callback | null,
): RequestView {
  const { header, chunks, callbackEvents, retention } = runInput;
  const jobMs = retention?.jobMs ?? null;
  return {
    operation: header.operation,
    ...(header.template !== undefined && { template: header.template }),
    ...showSteps(runInput),
    assets: {
      total: chunks.reduce((sum, { count }) => sum + count, 0),
      shown: inputs
        .flatMap(({ assets }) => assets)
        .slice(0, SHOWN_ASSETS)
        .map(showAsset),
    },
    // The path of a callback URL is often a secret.
    callback: callback && { url: `${new URL(callback.url).origin}/…`, events: callbackEvents },
    keep_days: jobMs === null ? null : jobMs / DAY_MS,
  };
}

function showSteps({ header, steps, results }: RunInput): Pick<RequestView, 'params' | 'steps' | 'results'> {
  if (header.operation !== PIPELINE) return { params: hideSecrets(steps[0]?.params ?? {}) };
  const shown = steps.map(({ name, operation, params, use, when, onError, reuse }) => {
    const condition = when === null ? {} : { when };
    const step = { operation, params: hideSecrets(params), use, ...condition, on_error: onError, reuse };
    return [name, step] as const;
  });
  return { params: {}, steps: Object.fromEntries(shown), results };
}

const showAsset = ({ name, source, checksum, attributes }: AssetInput): ShownAsset => ({
  name: name ?? null,
  source:
    'url' in source
      ? { url: withoutQuery(source.url) }
      : 'path' in source
        ? { path: source.path }
        : 's3' in source
          ? source
          : { upload: { size: source.size, sha256: source.sha256 } },
  checksum: checksum ?? null,
  attributes: attributes ?? {},
});

/** The query may be a signature. */
const withoutQuery = (url: string): string => url.replace(/\?.*$/s, '?…');
