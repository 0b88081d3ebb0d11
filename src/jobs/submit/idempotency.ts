/** Requests that carry an Idempotency-Key: what they are known by, so that one that is sent twice counts once. */
import { DarkroomError } from '../../errors.ts';
import type { JobSpec } from '../model/job.ts';
import type { AssetInput } from '../model/run-input.ts';
import { canonicalAssets } from './fingerprint.ts';

/** See `Caller` of the submissions. */
interface KeyedCaller {
  readonly tenant: string;
  readonly dialect: string;
  readonly idempotencyKey?: string | undefined;
}

export class Idempotency {
  readonly #fingerprints: (text: string) => readonly [string, ...string[]];

  /** `fingerprints`: keyed digests, in base64url; the current master key's first, then of those that are being rotated out. */
  constructor(fingerprints: (text: string) => readonly [string, ...string[]]) {
    this.#fingerprints = fingerprints;
  }

  /** Ids of a job, one a master key: the same for the same key, and as random as any to everyone else. None without a key. */
  idsOf({ tenant, dialect, idempotencyKey }: KeyedCaller): string[] {
    if (idempotencyKey === undefined) return [];
    return this.#digests(`job:${tenant}:${dialect}:${idempotencyKey}`).map((hex) =>
      hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5'),
    );
  }

  /** Ids of a call for more assets: of the key and what came with it, so that the workflow can tell one that is repeated from another. */
  callsOf(key: string, assets: readonly AssetInput[], final: boolean): string[] {
    const contents = this.#digests(canonicalAssets(assets, final));
    return this.#digests(`assets:${key}`).map((hex, index) => `${hex}.${contents[index]?.slice(0, 16)}`);
  }

  /** In hexadecimal. */
  #digests(text: string): string[] {
    return this.#fingerprints(text).map((digest) => Buffer.from(digest, 'base64url').toString('hex'));
  }
}

/** A client that sent a key rather than an id is told of its key. */
export function inTermsOfKey(
  error: unknown,
  { id }: Pick<JobSpec, 'id'>,
  { idempotencyKey }: KeyedCaller,
): unknown {
  if (!(error instanceof DarkroomError) || id !== undefined || idempotencyKey === undefined) return error;
  if (error.code === 'job_id_deleted')
    return new DarkroomError(
      error.code,
      `The job of Idempotency-Key "${idempotencyKey}" is gone; send another key for another job`,
    );
  if (error.code !== 'job_id_in_use') return error;
  const message = `Idempotency-Key "${idempotencyKey}" was sent before, with another request`;
  return new DarkroomError('idempotency_key_reused', message);
}
