/** Builds the input of a run from a valid request. Secrets are encrypted; long lists are sealed in the store. */
import { DAY_MS } from '../../lib/units.ts';
import type { Asset } from '../model/asset.ts';
import { endEvents, type JobSpec } from '../model/job-spec.ts';
import { ASSETS } from '../model/pipeline-names.ts';
import {
  type AssetChunk,
  type AssetInput,
  type Awaiting,
  type JobInputs,
  type RetentionPolicy,
  type RunInput,
  runTuning,
  type SealedChunk,
  type StepInput,
  type Upload,
} from '../model/run-input.ts';
import { sealParams } from '../model/secret-params.ts';
import { assetLimits, type Pipeline, type PlannedStep } from './build-pipeline.ts';
import type { StagedWrites } from './staged-writes.ts';

/** Characters of JSON. Longer inputs are sealed in the store, so that Temporal's payloads stay small. */
const INLINE_INPUT_BYTES = 32 * 1024;

/** Assets in one sealed object. Each of its batches reads the whole object. */
const CHUNK_SIZE = 512;

/** A file of a request that is in the store. */
export interface ReceivedFile {
  /** Name of its form part. Assets refer to it by this name. */
  readonly part: string;
  /** The file name that the client sent. */
  readonly name: string | null;
  readonly upload: Upload;
}

export interface RunInputDependencies {
  readonly callbackScheduleMs: readonly number[];
  /** Default retention. */
  readonly retention: RetentionPolicy;
  /** Milliseconds that a job waits for its first asset. */
  readonly firstAssetMs: number;
  /** Milliseconds that a job without a quiet period waits for its next asset. */
  readonly nextAssetMs: number;
  /** Whether a callback to this URL may reach loopback addresses. */
  readonly mayReachLoopback: (url: string) => boolean;
}

/** A validated request. */
export interface ValidRequest {
  /** Receives secret and long inputs. */
  readonly staged: StagedWrites;
  readonly dialect: string;
  readonly notes: readonly string[];
  /** See `Submitter`. */
  readonly keepDays?: number | null | undefined;
  readonly spec: JobSpec;
  readonly pipeline: Pipeline;
  /** The template that made the steps, as NAME@VERSION; null: none did. */
  readonly template: string | null;
  readonly assets: readonly AssetInput[];
  readonly fingerprint: string;
}

export async function buildRunInput(parts: RunInputDependencies, request: ValidRequest): Promise<RunInput> {
  const { staged, spec, pipeline, template, dialect, notes, fingerprint } = request;
  const created_at = new Date().toISOString();
  const steps = pipeline.steps.map((step) => toStepInput(step, spec.reuse ?? true, staged));
  return {
    header: {
      id: staged.ref.id,
      tenant: staged.ref.tenant,
      operation: pipeline.operation,
      ...(template === null ? {} : { template }),
      dialect,
      created_at,
      labels: spec.labels ?? {},
      ...(notes.length > 0 ? { notes: [...notes] } : {}),
    },
    fingerprint,
    run: 1,
    requestedAt: created_at,
    awaiting: toAwaiting(spec, pipeline, parts),
    skipFailedAssets: steps.filter(({ use }) => use.includes(ASSETS)).every((step) => step.skipFailedAssets),
    refetch: false,
    steps,
    results: pipeline.results,
    tuning: runTuning,
    callbackEvents: spec.callback ? (spec.callback.events ?? endEvents) : [],
    callbackScheduleMs: parts.callbackScheduleMs,
    retention: buildRetention(parts.retention, spec.keep_days ?? request.keepDays),
    result: null,
    ...(await storeInputs(staged, request.assets, buildCallback(parts, spec))),
  };
}

const toStepInput = (
  { name, operation, params, use, when, onError, reuse }: PlannedStep,
  reuseOfJob: boolean,
  staged: StagedWrites,
): StepInput => ({
  name,
  operation: operation.info.name,
  params: sealParams(params, operation.secrets, (inputs) => staged.sealInline(inputs)),
  use,
  when,
  onError,
  skipFailedAssets: params['on_error'] === 'skip',
  reuse: reuse ?? reuseOfJob,
  collected: when === null && use.every((used) => used === ASSETS) ? null : { step: name, run: 1 },
  accepts: operation.info.inputs,
  stages: operation.plan.map((stage) => ({ ...stage, run: 1, retriesFailuresOf: null })),
});

const buildRetention = (defaults: RetentionPolicy, days: number | null | undefined): RetentionPolicy =>
  days === undefined ? defaults : { ...defaults, jobMs: days === null ? null : Math.round(days * DAY_MS) };

function toAwaiting(
  { await_assets: awaited }: JobSpec,
  { steps }: Pipeline,
  { firstAssetMs, nextAssetMs }: RunInputDependencies,
): Awaiting | null {
  if (!awaited) return null;
  const quietMs = awaited.quiet_seconds === undefined ? null : Math.round(awaited.quiet_seconds * 1000);
  const limits = steps.filter(({ use }) => use.includes(ASSETS)).map(assetLimits);
  const min = Math.max(...limits.map((limit) => limit.min));
  const max = Math.min(...limits.map((limit) => limit.max));
  return { total: awaited.total ?? null, quietMs, firstAssetMs, nextAssetMs, min, max };
}

function buildCallback({ mayReachLoopback }: RunInputDependencies, spec: JobSpec): CallbackInputs {
  const callback = spec.callback ?? null;
  return { callback, ...(callback && mayReachLoopback(callback.url) && { callbackToLoopback: true }) };
}

type CallbackInputs = Omit<JobInputs, 'assets'>;

/** Inputs without secrets stay readable. Secret ones are encrypted, and long ones stored as well, the callback with the first assets. */
async function storeInputs(
  staged: StagedWrites,
  assets: readonly AssetInput[],
  callback: CallbackInputs,
): Promise<Pick<RunInput, 'chunks' | 'callback'>> {
  const inputs = { assets, ...callback };
  if (!mustBeSealed(inputs)) return { chunks: toInlineChunks(assets), callback };
  const first = assets.slice(0, CHUNK_SIZE);
  const sealable = { ...inputs, assets: first };
  const { sealed } = isLong(inputs) ? await staged.seal(sealable) : staged.sealInline(sealable);
  const chunks = first.length > 0 ? [{ count: first.length, sealed }] : [];
  const rest = await sealChunks(staged, assets.slice(CHUNK_SIZE));
  return { chunks: [...chunks, ...rest], callback: { sealed } };
}

const toInlineChunks = (assets: readonly AssetInput[]): AssetChunk[] =>
  assets.length === 0 ? [] : [{ count: assets.length, assets }];

/** Seals assets in objects of at most 512. */
export async function sealChunks(
  staged: StagedWrites,
  assets: readonly AssetInput[],
): Promise<SealedChunk[]> {
  const chunks = [];
  for (let from = 0; from < assets.length; from += CHUNK_SIZE) {
    const some = assets.slice(from, from + CHUNK_SIZE);
    chunks.push({ count: some.length, ...(await staged.seal({ assets: some, callback: null })) });
  }
  return chunks;
}

/** A URL with a query may be presigned, so it is a secret. The path of a callback URL often is one. */
function mustBeSealed(inputs: JobInputs): boolean {
  if (inputs.callback !== null) return true;
  const isSecret = ({ source }: AssetInput) => 'url' in source && source.url.includes('?');
  return inputs.assets.some(isSecret) || isLong(inputs);
}

const isLong = (inputs: JobInputs): boolean => JSON.stringify(inputs).length > INLINE_INPUT_BYTES;

/** Returns assets that refer to their uploads. Files that no asset names become assets, in order. */
export function resolveUploads(assets: readonly Asset[], files: readonly ReceivedFile[]): AssetInput[] {
  const byPart = new Map(files.map((file) => [file.part, file]));
  const named = new Set(assets.map(({ source }) => source.upload));
  const rest = files.filter(({ part }) => !named.has(part)).map((file) => toAssetInput({ source: {} }, file));
  return [...assets.map((asset) => toAssetInput(asset, byPart.get(asset.source.upload ?? ''))), ...rest];
}

function toAssetInput({ source, ...asset }: Asset, file: ReceivedFile | undefined): AssetInput {
  if (file) return { ...(file.name === null ? {} : { name: file.name }), ...asset, source: file.upload };
  if (source.url !== undefined) return { ...asset, source: { url: source.url } };
  if (source.s3 !== undefined) return { ...asset, source: { s3: source.s3 } };
  return { ...asset, source: { path: source.path ?? '' } };
}
