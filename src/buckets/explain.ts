/** Explains what S3 servers of tenants answer. */
import { DarkroomError } from '../errors.ts';
import { AddressForbidden } from '../net/network-policy.ts';

interface S3Failure {
  readonly name?: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** What each reason means for the owner of the bucket. */
const reasons: readonly (readonly [pattern: RegExp, meaning: string])[] = [
  [/^NoSuchBucket$/, 'there is no such bucket'],
  [/^(InvalidAccessKeyId|XAdminUserNotFound)$/, 'it does not know the access key'],
  [/^SignatureDoesNotMatch$/, 'the secret access key does not belong to the access key'],
  [/^(ExpiredToken|InvalidToken|TokenRefreshRequired)$/, 'the session token is invalid or has expired'],
  [
    /^(AccessDenied|AllAccessDisabled|AccountProblem|Forbidden|403)$/,
    'access is denied: the keys must permit to list the bucket, to get objects, and to put them for exports',
  ],
  [
    /^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException|301)$/,
    'the bucket is in another region',
  ],
  [/^RequestTimeTooSkewed$/, 'the clocks of both servers differ'],
  [/^InvalidStorageClass$/, 'it does not have the storage class'],
  [/^(QuotaExceeded\w*|InsufficientStorage|EntityQuotaExceeded|XMinioStorageFull|507)$/, 'it is full'],
];

const OUTAGES =
  /^(TimeoutError|AbortError|SlowDown|ServiceUnavailable|InternalError|E[A-Z_]+|ERR_\w+|RequestTimeout)$/;

/** The server does not know the request, or one of its headers. */
export const NOT_IMPLEMENTED = 501;

/** The HTTP status of the answer, if there was one. */
export const statusOf = (error: unknown): number | undefined =>
  (error as S3Failure | null)?.$metadata?.httpStatusCode;

/** The name that S3 or the system gives the error (NoSuchBucket, ECONNREFUSED), or the HTTP status. */
function reasonOf(error: unknown): string {
  const { name = 'Error', code } = (error ?? {}) as S3Failure;
  if (typeof code === 'string') return code;
  const status = statusOf(error);
  return status !== undefined && /^(Unknown|UnknownError|Error|\d+)$/.test(name) ? String(status) : name;
}

/**
 * Turns an error into `destination_unavailable`, if waiting helps, or `destination_refused`.
 *
 * @param what - What failed, such as `list bucket "photos" at s3.example.com`.
 */
export function explain(error: unknown, what: string): DarkroomError {
  if (error instanceof DarkroomError) return error;
  if (error instanceof AddressForbidden)
    return new DarkroomError('destination_refused', `Cannot ${what}: ${error.message}`, {
      details: { reason: 'AddressForbidden' },
      cause: error,
    });
  const reason = reasonOf(error);
  const status = statusOf(error);
  const isOutage =
    OUTAGES.test(reason) ||
    status === 429 ||
    (status !== undefined && status >= 500 && status !== NOT_IMPLEMENTED);
  const meaning = reasons.find(([pattern]) => pattern.test(reason))?.[1];
  const why =
    meaning ?? (isOutage ? 'its server does not answer' : `its server answered ${status ?? 'with an error'}`);
  return new DarkroomError(
    isOutage ? 'destination_unavailable' : 'destination_refused',
    `Cannot ${what}: ${why} (${reason})`,
    { details: { reason }, cause: error },
  );
}
