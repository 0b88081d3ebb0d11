/** Requests that carry an Idempotency-Key: what they are known by, so that one that is sent twice counts once. */
import { DarkroomError } from '../errors.ts';
import { canonicalAssets } from './fingerprint.ts';
import type { JobSpec } from './job.ts';
import type { AssetOrder } from './order.ts';

/** See `Caller` of the reception. */
interface KeyedCaller {
  readonly tenant: string;
  readonly dialect: string;
  readonly idempotencyKey?: string | undefined;
}

export class Idempotency {
  readonly #fingerprint: (text: string) => string;

  /** `fingerprint`: a keyed digest, in base64url. */
  constructor(fingerprint: (text: string) => string) {
    this.#fingerprint = fingerprint;
  }

  /** Id of a job: the same for the same key, and as random as any to everyone else. Undefined without a key. */
  idOf({ tenant, dialect, idempotencyKey }: KeyedCaller): string | undefined {
    if (idempotencyKey === undefined) return undefined;
    const hex = this.#digest(`job:${tenant}:${dialect}:${idempotencyKey}`);
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  }

  /** A call for more assets: the key and what came with it, so that the workflow can tell one that is repeated from another. */
  callOf(key: string, assets: readonly AssetOrder[], final: boolean): string {
    return `${this.#digest(`assets:${key}`)}.${this.#digest(canonicalAssets(assets, final)).slice(0, 16)}`;
  }

  /** In hexadecimal. */
  #digest(text: string): string {
    return Buffer.from(this.#fingerprint(text), 'base64url').toString('hex');
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
