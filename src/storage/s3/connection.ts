/** The connection to a bucket: endpoint, credentials, timeouts and retries. */
import { type S3Client, type S3ClientConfig, S3ServiceException } from '@aws-sdk/client-s3';
import { createS3Client } from '../../lib/s3-client.ts';
import { withTimeout } from '../../lib/with-timeout.ts';
import { readEndpoint } from './endpoint.ts';
import { createTimeoutError, explained } from './errors.ts';

/** Limit for connecting. */
const CONNECT_MS = 3_000;
/** With the SDK's back-off, a server that refuses connections fails after one or two seconds. */
const ATTEMPTS = 5;
/** Limit for one request with its retries. It requires 70 kB/s for a part of 8 MiB. */
const ANSWER_MS = 120_000;

/** Endpoint and credentials. */
export type S3Access = Pick<S3ClientConfig, 'endpoint' | 'region' | 'credentials'>;

type Request<T> = (client: S3Client, options: { readonly abortSignal: AbortSignal }) => Promise<T>;

interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds. Default: two minutes. */
  readonly timeoutMs?: number;
}

export class S3Connection {
  readonly bucket: string;
  readonly #access: S3Access;
  readonly client: S3Client;

  /** @param access Default: from the AWS_* variables and the files of the AWS tools. */
  constructor(bucket: string, access: S3Access = fromEnvironment(process.env)) {
    this.bucket = bucket;
    this.#access = access;
    this.client = createS3Client({
      ...access,
      // Servers other than Amazon's rarely support virtual-hosted buckets.
      forcePathStyle: access.endpoint !== undefined,
      maxAttempts: ATTEMPTS,
      requestHandler: {
        connectionTimeout: CONNECT_MS,
        // With a limit, open read streams would block each other and all writes.
        httpAgent: { maxSockets: Number.POSITIVE_INFINITY },
        httpsAgent: { maxSockets: Number.POSITIVE_INFINITY },
      },
    });
    retryConflicts(this.client);
  }

  /** Returns a connection to the same bucket at another endpoint. */
  at(endpoint: string): S3Connection {
    return new S3Connection(this.bucket, { ...this.#access, endpoint });
  }

  /**
   * Sends a request with a timeout. The timeout ends with the response headers: a streamed body may take longer.
   *
   * @param action What fails with the request, for the message "The object store cannot …".
   * @throws {DarkroomError} store_unavailable or disk_full for every failure.
   */
  async send<T>(
    action: string,
    request: Request<T>,
    { signal, timeoutMs = ANSWER_MS }: SendOptions = {},
  ): Promise<T> {
    return withTimeout(timeoutMs, signal, async (abortSignal, isLate) => {
      try {
        return await request(this.client, { abortSignal });
      } catch (error) {
        throw explained(isLate() ? createTimeoutError() : error, action, this.bucket);
      }
    });
  }
}

/** Status 409 means a conflict with a concurrent request. Amazon recommends a retry, which its SDK does not do by default. */
function retryConflicts(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (request) => {
      try {
        return await next(request);
      } catch (error) {
        if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 409)
          error.$retryable = {};
        throw error;
      }
    },
    { step: 'deserialize', priority: 'high' },
  );
}

/** The SDK finds credentials and profiles itself. It does not treat empty variables as unset, so this function does. */
function fromEnvironment(env: NodeJS.ProcessEnv): S3Access {
  const endpoint = readEndpoint(env);
  // Most servers other than Amazon's accept any region, but signatures need one.
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || (endpoint ? 'us-east-1' : '');
  return { ...(endpoint ? { endpoint } : {}), ...(region ? { region } : {}) };
}
