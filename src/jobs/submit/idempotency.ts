/** Ids made from an Idempotency-Key, so that a repeated request counts once. */
import type { AssetInput } from '../model/run-input.ts';
import { canonicalAssets, type KeyedDigests } from './fingerprint.ts';
import type { Submitter } from './submitter.ts';

export class Idempotency {
  readonly #fingerprints: KeyedDigests;

  constructor(fingerprints: KeyedDigests) {
    this.#fingerprints = fingerprints;
  }

  /** Returns the ids that the key of a submitter stands for, one for each master key; none without a key. */
  jobIds({ tenant, dialect, idempotencyKey }: Submitter): string[] {
    if (idempotencyKey === undefined) return [];
    return this.#digests(`job:${tenant}:${dialect}:${idempotencyKey}`).map(toUuid);
  }

  /** Returns the id of the failed job that keeps a rejection of a request with a key; null without a key. */
  rejectionId({ tenant, dialect, idempotencyKey }: Submitter, reason: string): string | null {
    if (idempotencyKey === undefined) return null;
    const [hex = ''] = this.#digests(`rejected:${tenant}:${dialect}:${idempotencyKey}:${reason}`);
    return toUuid(hex);
  }

  /** Returns ids of a call that adds assets. The part after the dot changes with its contents. */
  callIds(key: string, assets: readonly AssetInput[], final: boolean): string[] {
    const contents = this.#digests(canonicalAssets(assets, final));
    return this.#digests(`assets:${key}`).map((hex, index) => `${hex}.${contents[index]?.slice(0, 16)}`);
  }

  /** In hexadecimal. */
  #digests(text: string): string[] {
    return this.#fingerprints(text).map((digest) => Buffer.from(digest, 'base64url').toString('hex'));
  }
}

const toUuid = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
