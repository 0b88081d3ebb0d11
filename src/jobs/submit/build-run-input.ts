/** From a valid request to the input of a run: what the workflow is given, with secrets and long lists put away. */
import type { Asset } from '../model/asset.ts';
import { type Callback, endEvents, type JobSpec } from '../model/job.ts';
import {
  type AssetChunk,
  type AssetInput,
  type Awaiting,
  type JobInputs,
  type RetentionPolicy,
  type RunInput,
  runTuning,
  type Upload,
} from '../model/run-input.ts';
import type { PlannableOperation } from '../ports/operation-catalogue.ts';
import type { StagedWrites } from './staged-writes.ts';

/** Longer lists of assets are kept in the store: Temporal's payloads stay small and its pages quick. */
const INLINE_INPUT_BYTES = 32 * 1024;

/** Assets that are kept as one object; each of their batches reads it. */
const CHUNK_SIZE = 512;

const DAY_MS = 24 * 60 * 60 * 1000;

/** A file of a request, once its bytes are in the store. */
export interface ReceivedFile {
  /** Name of its part, by which assets refer to it. */
  readonly part: string;
  /** What the client calls the file. */
  readonly name: string | null;
  readonly upload: Upload;
}

export interface RunInputDependencies {
  readonly callbackScheduleMs: readonly number[];
  /** Of jobs that say nothing else. */
  readonly retention: RetentionPolicy;
}

/** A request that has been found valid. */
export interface ValidRequest {
  /** Where it puts what is secret or long. */
  readonly staged: StagedWrites;
  readonly dialect: string;
  readonly spec: JobSpec;
  readonly operation: PlannableOperation;
  readonly assets: readonly AssetInput[];
  readonly fingerprint: string;
}

export async function buildRunInput(parts: RunInputDependencies, request: ValidRequest): Promise<RunInput> {
  const { staged, spec, operation, dialect, fingerprint } = request;
  const created_at = new Date().toISOString();
  return {
    header: {
      id: staged.ref.id,
      tenant: staged.ref.tenant,
      operation: spec.operation,
      dialect,
      created_at,
      labels: spec.labels ?? {},
    },
    fingerprint,
    run: 1,
    requestedAt: created_at,
    params: spec.params,
    awaiting: awaitingOf(spec, operation),
    skipFailedAssets: spec.params['on_error'] === 'skip',
    refetch: false,
    stages: operation.plan.map((stage) => ({ ...stage, run: 1, retriesFailuresOf: null })),
    tuning: runTuning,
    callbackEvents: spec.callback ? (spec.callback.events ?? endEvents) : [],
    callbackScheduleMs: parts.callbackScheduleMs,
    retention: retentionPolicyOf(spec, parts.retention),
    result: null,
    ...(await putAway(staged, request.assets, spec.callback ?? null)),
  };
}

const retentionPolicyOf = ({ keep_days: days }: JobSpec, usual: RetentionPolicy): RetentionPolicy =>
  days === undefined ? usual : { ...usual, jobMs: Math.round(days * DAY_MS) };

function awaitingOf({ await_assets: asked }: JobSpec, { info }: PlannableOperation): Awaiting | null {
  if (!asked) return null;
  const quietMs = asked.quiet_seconds === undefined ? null : Math.round(asked.quiet_seconds * 1000);
  return { total: asked.total ?? null, quietMs, min: info.inputs.min, max: info.inputs.max };
}

/** What can be read by whoever sees Temporal stands in the run input itself; the rest is sealed, the callback with the first assets. */
async function putAway(
  staged: StagedWrites,
  assets: readonly AssetInput[],
  callback: Callback | null,
): Promise<Pick<RunInput, 'chunks' | 'callback'>> {
  const inputs = { assets, callback };
  if (!mustBeSealed(inputs)) return { chunks: inline(assets), callback: { callback } };
  const first = assets.slice(0, CHUNK_SIZE);
  const { sealed } = await staged.seal({ assets: first, callback });
  const chunks = first.length > 0 ? [{ count: first.length, sealed }] : [];
  const rest = await sealChunks(staged, assets.slice(CHUNK_SIZE));
  return { chunks: [...chunks, ...rest], callback: { sealed } };
}

const inline = (assets: readonly AssetInput[]): AssetChunk[] =>
  assets.length === 0 ? [] : [{ count: assets.length, assets }];

/** Keeps assets as objects of at most 512. */
export async function sealChunks(
  staged: StagedWrites,
  assets: readonly AssetInput[],
): Promise<Extract<AssetChunk, { sealed: string }>[]> {
  const chunks = [];
  for (let from = 0; from < assets.length; from += CHUNK_SIZE) {
    const some = assets.slice(from, from + CHUNK_SIZE);
    chunks.push({ count: some.length, ...(await staged.seal({ assets: some, callback: null })) });
  }
  return chunks;
}

/** A URL with a query may be a presigned one, which is as good as a password; that of a callback has secrets in its path, often. */
function mustBeSealed(inputs: JobInputs): boolean {
  if (inputs.callback !== null) return true;
  const isSecret = ({ source }: AssetInput) => 'url' in source && source.url.includes('?');
  return inputs.assets.some(isSecret) || JSON.stringify(inputs).length > INLINE_INPUT_BYTES;
}

/** Assets with their uploads in place; files that no asset names become assets themselves, in order. */
export function withUploads(assets: readonly Asset[], files: readonly ReceivedFile[]): AssetInput[] {
  const byPart = new Map(files.map((file) => [file.part, file]));
  const named = new Set(assets.map(({ source }) => source.upload));
  const rest = files.filter(({ part }) => !named.has(part)).map((file) => assetOf({ source: {} }, file));
  return [...assets.map((asset) => assetOf(asset, byPart.get(asset.source.upload ?? ''))), ...rest];
}

function assetOf({ source, ...asset }: Asset, file: ReceivedFile | undefined): AssetInput {
  if (file) return { ...(file.name === null ? {} : { name: file.name }), ...asset, source: file.upload };
  if (source.url !== undefined) return { ...asset, source: { url: source.url } };
  return { ...asset, source: { path: source.path ?? '' } };
}
