/** A connection to a bucket that a tenant names. It cannot reach what the network policy forbids. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import type { S3Client } from '@aws-sdk/client-s3';
import { DarkroomError } from '../errors.ts';
import type { S3Access } from '../jobs/ports/credentials.ts';
import { createS3Client } from '../lib/s3-client.ts';
import { withTimeout } from '../lib/with-timeout.ts';
import type { NameResolver } from '../net/dns/resolver.ts';
import { createLookup } from '../net/lookup.ts';
import { AddressForbidden, type NetworkPolicy, toDestination } from '../net/network-policy.ts';
import { explain } from './explain.ts';

/** What requests of tenants may reach, and how names are resolved. */
export interface NetworkGuard {
  readonly policy: NetworkPolicy;
  readonly resolver: NameResolver;
}

const CONNECT_MS = 10_000;
/** Limit for one request with its retries. It requires 70 kB/s for a part of 8 MiB. */
const ANSWER_MS = 120_000;
/** Of one request. Longer outages are waited out by the activity. */
const ATTEMPTS = 3;
const IDLE_CONNECTION_MS = 30_000;

type Request<T> = (client: S3Client, options: { readonly abortSignal: AbortSignal }) => Promise<T>;

export class BucketConnection {
  readonly bucket: string;
  /** Host and port of the server. */
  readonly server: string;
  /** False once the server has rejected the headers of checksums, which not all servers know. */
  knowsChecksums = true;
  readonly #url: URL;
  readonly #guard: NetworkGuard;
  readonly #client: S3Client;

  /** @param tenant - Whose share of the lookups is used. */
  constructor({ region, path_style, keys, bucket, ...place }: S3Access, guard: NetworkGuard, tenant: string) {
    // Always explicit: the SDK would take the endpoint of this server's own environment.
    const endpoint = place.endpoint ?? `https://s3.${region}.amazonaws.com`;
    this.bucket = bucket;
    this.#url = new URL(endpoint);
    this.server = this.#url.host;
    this.#guard = guard;
    const lookup = createLookup({ ...guard, port: toDestination(this.#url).port, tenant });
    const options = {
      keepAlive: true,
      timeout: IDLE_CONNECTION_MS,
      maxSockets: Number.POSITIVE_INFINITY,
      lookup,
    };
    this.#client = createS3Client({
      endpoint,
      region,
      credentials: {
        accessKeyId: keys.access_key_id,
        secretAccessKey: keys.secret_access_key,
        ...(keys.session_token === undefined ? {} : { sessionToken: keys.session_token }),
      },
      forcePathStyle: path_style ?? place.endpoint !== undefined,
      useDualstackEndpoint: false,
      useFipsEndpoint: false,
      maxAttempts: ATTEMPTS,
      requestHandler: {
        connectionTimeout: CONNECT_MS,
        httpAgent: new HttpAgent(options),
        httpsAgent: new HttpsAgent(options),
      },
    });
  }

  /**
   * Sends a request. The time limit ends with the headers of the response: a streamed body may take longer.
   *
   * @param action - Completes "Cannot … bucket".
   * @param timeoutMs - With retries of the SDK.
   * @throws destination_unavailable, destination_refused, or the reason of `signal`
   */
  async send<T>(
    action: string,
    request: Request<T>,
    signal?: AbortSignal,
    timeoutMs = ANSWER_MS,
  ): Promise<T> {
    const what = `${action} bucket "${this.bucket}" at ${this.server}`;
    return withTimeout(timeoutMs, signal, async (abortSignal) => {
      try {
        await this.#checkAddress();
        return await request(this.#client, { abortSignal });
      } catch (error) {
        signal?.throwIfAborted();
        throw explain(error, what);
      }
    });
  }

  /** Node looks up names only. */
  async #checkAddress(): Promise<void> {
    const { policy } = this.#guard;
    const refusal = policy.findRefusal(this.#url.href);
    if (refusal !== null) throw new AddressForbidden(refusal);
    const { host, port } = toDestination(this.#url);
    if (isIP(host) !== 0) await policy.check(host, port, [host]);
  }
}

/** @throws credentials_not_found */
export const credentialsNotFound = (name: string): DarkroomError =>
  new DarkroomError('credentials_not_found', `There are no credentials "${name}"; see /v1/credentials`);
