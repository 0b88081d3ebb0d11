/** The way to a bucket: who we are, where it is, and how long we wait for it. */
import { S3Client, type S3ClientConfig, S3ServiceException } from '@aws-sdk/client-s3';
import { explained, noAnswer } from './errors.ts';

/** Until the server takes a connection. */
const CONNECT_MS = 3_000;
/** With the SDK's growing waits, a server that refuses connections has failed after a second or two. */
const ATTEMPTS = 5;
/** For the answer to one request with all its retries. A part of 8 MiB then needs 70 kB/s. */
const ANSWER_MS = 120_000;

/** Where the server is and who asks. */
export type S3Access = Pick<S3ClientConfig, 'endpoint' | 'region' | 'credentials'>;

type Request<T> = (client: S3Client, options: { readonly abortSignal: AbortSignal }) => Promise<T>;

interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; two minutes unless given. */
  readonly timeoutMs?: number;
}

export class S3Connection {
  readonly bucket: string;
  readonly #access: S3Access;
  readonly client: S3Client;

  /** Without `access`, as the AWS_* variables and the files of the AWS tools say. */
  constructor(bucket: string, access: S3Access = fromEnvironment(process.env)) {
    this.bucket = bucket;
    this.#access = access;
    // Later versions of the SDK want a later Node; that concerns whoever updates it here, and nobody who runs it.
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
    this.client = new S3Client({
      ...access,
      // Servers other than Amazon's rarely have a host name for each bucket.
      forcePathStyle: access.endpoint !== undefined,
      // The SDK's own checksums are unknown to some servers, and would become a part of presigned URLs.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: ATTEMPTS,
      requestHandler: {
        connectionTimeout: CONNECT_MS,
        // As many as are wanted: with a limit, streams that are being read make each other and every write wait.
        httpAgent: { maxSockets: Number.POSITIVE_INFINITY },
        httpsAgent: { maxSockets: Number.POSITIVE_INFINITY },
      },
    });
    retryConflicts(this.client);
  }

  /** The same bucket under another address of its server. */
  at(endpoint: string): S3Connection {
    return new S3Connection(this.bucket, { ...this.#access, endpoint });
  }

  /**
   * Lets `request` send something with the signal that it is given. Throws the store's error for whatever goes wrong;
   * `action` is what could not be done then, as a part of a sentence. The retrying ends with the answer: a body that is a
   * stream may take as long as it likes.
   */
  async ask<T>(
    action: string,
    request: Request<T>,
    { signal, timeoutMs = ANSWER_MS }: AskOptions = {},
  ): Promise<T> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), timeoutMs);
    const abortSignal = signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal;
    try {
      return await request(this.client, { abortSignal });
    } catch (error) {
      throw explained(timeout.signal.aborted ? noAnswer() : error, action, this.bucket);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** 409 says that another request was in the way. Amazon's advice is to try again, which its SDK does only when told. */
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

/** Credentials and profiles the SDK finds by itself. That an empty variable means unset it does not know. */
function fromEnvironment(env: NodeJS.ProcessEnv): S3Access {
  const ignored = env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true';
  const endpoint = ignored ? '' : env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'];
  // Servers other than Amazon's mostly take any region, but there must be one to sign with.
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || (endpoint ? 'us-east-1' : '');
  return { ...(endpoint ? { endpoint } : {}), ...(region ? { region } : {}) };
}
