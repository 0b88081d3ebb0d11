/** Brings the bytes of one asset here, hashed on their way. */
import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DarkroomError, type ErrorCode, errorCatalogue } from '../src/errors.ts';
import { resolveInput } from '../src/inputs/path-input.ts';
import { rootsOf } from '../src/inputs/roots.ts';
import type { JobError } from '../src/jobs/model/job.ts';
import type { AssetInput } from '../src/jobs/model/run-input.ts';
import { AddressForbidden, HttpFailure, type HttpFailureKind } from '../src/net/guarded-http.ts';
import { assetKey, uploadKey } from '../src/storage/layout.ts';
import type { AssetRecord } from './asset-record.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { countFetched } from './metrics.ts';
import type { RunRef } from './types.ts';

const MAX_REDIRECTS = 5;

export interface FetchOptions {
  readonly job: RunRef;
  readonly index: number;
  readonly signal: AbortSignal;
  /** Told of each piece that arrives: bytes so far, and bytes in all if the server said. */
  readonly onBytes: (received: number, total: number | null) => void;
}

/** Throws a DarkroomError that names the asset, of a code that begins with `asset_`. */
export async function fetchAsset(
  deps: ActivityDependencies,
  asset: AssetInput,
  options: FetchOptions,
): Promise<AssetRecord> {
  const name = asset.name ?? defaultName(asset, options.index);
  const problem = (code: ErrorCode, what: string, cause?: unknown) =>
    new DarkroomError(code, `Asset ${options.index} ("${name}") ${what}`, {
      details: { index: options.index, asset: name },
      cause,
    });
  const found = await find(deps, asset, options, problem);
  const wanted = asset.checksum?.slice('sha256:'.length).toLowerCase();
  if (wanted !== undefined && wanted !== found.sha256) {
    throw problem('asset_checksum_mismatch', `has the checksum sha256:${found.sha256}, not sha256:${wanted}`);
  }
  return { index: options.index, name, attributes: asset.attributes ?? {}, ...found, error: null };
}

function find(
  deps: ActivityDependencies,
  asset: AssetInput,
  options: FetchOptions,
  problem: Problem,
): Found | Promise<Found> {
  const { source } = asset;
  if ('url' in source) return fromUrl(deps, source.url, options, problem);
  if ('path' in source) return fromPath(deps, source.path, asset, options.job.tenant, problem);
  // It came with the request, and was measured then.
  const { upload, size, sha256 } = source;
  return { location: { key: uploadKey(options.job, upload) }, size, sha256 };
}

type Found = Pick<AssetRecord, 'location' | 'size' | 'sha256'>;
type Problem = (code: ErrorCode, what: string, cause?: unknown) => DarkroomError;

async function fromUrl(
  deps: ActivityDependencies,
  url: string,
  options: FetchOptions,
  problem: Problem,
): Promise<Found> {
  const { signal, onBytes, job, index } = options;
  // One that was given up for lost may still be writing, and must not write over what another has recorded.
  const key = assetKey(job, index, randomUUID().slice(0, 8));
  const timeout = deps.assetTimeoutMs;
  try {
    const response = await deps.http.request(url, {
      signal,
      redirects: MAX_REDIRECTS,
      timeoutMs: timeout,
      idleMs: timeout,
    });
    const refusal = refusedBy(response.status);
    if (refusal) {
      response.body.destroy();
      throw problem(refusal, `could not be fetched: its server answered ${response.status}`);
    }
    const length = Number(response.headers['content-length'] ?? Number.NaN);
    const total = Number.isSafeInteger(length) ? length : null;
    if (total !== null && total > deps.maxAssetBytes) {
      response.body.destroy();
      throw problem('asset_too_large', `has ${total} bytes; this server takes at most ${deps.maxAssetBytes}`);
    }
    const meter = metered(deps.maxAssetBytes, problem, (received) => onBytes(received, total));
    // The store knows best what went wrong: it hands on errors of the source, and its own would be lost with the stream.
    const [written, sent] = await Promise.allSettled([
      deps.store.put(key, meter, { signal }),
      pipeline(response.body, meter, { signal }),
    ]);
    if (written.status === 'rejected') throw written.reason;
    if (sent.status === 'rejected') throw sent.reason;
    if (written.value.size === 0) throw problem('asset_empty', 'has no content');
    countFetched(written.value.size);
    return { location: { key }, ...written.value };
  } catch (error) {
    throw fromHttp(error, problem);
  }
}

async function fromPath(
  deps: ActivityDependencies,
  given: string,
  asset: AssetInput,
  tenant: string,
  problem: Problem,
): Promise<Found> {
  const look = async () => resolveInput(rootsOf(deps.inputRoots, tenant), given);
  const input = await look().catch((error: unknown) => {
    throw error instanceof DarkroomError
      ? problem(error.code, `was not found: ${error.message}`, error)
      : error;
  });
  await access(input.path, constants.R_OK).catch(() => {
    throw problem('asset_path_forbidden', 'may not be read by this server');
  });
  if (input.kind !== 'file') throw problem('asset_not_found', 'is a directory, not a file');
  if (input.size > deps.maxAssetBytes) {
    throw problem(
      'asset_too_large',
      `has ${input.size} bytes; this server takes at most ${deps.maxAssetBytes}`,
    );
  }
  if (input.size === 0) throw problem('asset_empty', 'has no content');
  return {
    location: { path: input.path },
    size: input.size,
    sha256: asset.checksum ? await hashFile(input.path) : null,
  };
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Passes bytes on, counts them, and stops at the limit. */
function metered(limit: number, problem: Problem, onBytes: (received: number) => void): Transform {
  let received = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      onBytes(received);
      if (received > limit)
        done(problem('asset_too_large', `has more than the ${limit} bytes that this server takes`));
      else done(null, chunk);
    },
  });
}

/** What a status means for an asset; null when the body is the asset. */
function refusedBy(status: number): ErrorCode | null {
  if (status === 200 || status === 203) return null;
  if (status === 404 || status === 410) return 'asset_not_found';
  if (status >= 500 || status === 408 || status === 425 || status === 429) return 'asset_unreachable';
  return 'asset_refused';
}

/** Of what went wrong on the way; the rest may pass. */
const codes: Partial<Record<HttpFailureKind, ErrorCode>> = {
  timeout: 'asset_timeout',
  redirect: 'asset_refused',
  invalid: 'asset_refused',
};

function fromHttp(error: unknown, problem: Problem): unknown {
  if (error instanceof AddressForbidden)
    return problem('asset_address_forbidden', `may not be fetched: ${error.message}`, error);
  if (!(error instanceof HttpFailure)) return error;
  return problem(codes[error.kind] ?? 'asset_unreachable', `could not be fetched: ${error.message}`, error);
}

/** The last part of the URL or path, as far as it can be a file name. */
function defaultName({ source }: AssetInput, index: number): string {
  if ('upload' in source) return `asset-${index}`;
  const path = 'path' in source ? source.path : new URL(source.url).pathname;
  const last = path.split('/').findLast((part) => part !== '') ?? '';
  const name = decoded(last)
    .replace(/[/\\\p{Cc}]/gu, '')
    .slice(0, 200);
  return name === '' || name === '.' || name === '..' ? `asset-${index}` : name;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** An error as jobs and manifests carry it. */
export const asJobError = ({ code, message, details }: DarkroomError): JobError => ({
  code,
  message,
  retryable: errorCatalogue[code].retryable,
  details,
});
