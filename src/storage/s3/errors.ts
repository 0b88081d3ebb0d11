/** Translates errors of S3 and of the connection into errors of the store. */
import { DarkroomError } from '../../errors.ts';

interface S3Failure {
  readonly name?: string;
  readonly code?: unknown;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

type Advice = (bucket: string) => string;

/** What each reason means, and what the operator can do. */
const advices: readonly (readonly [reasons: RegExp, advice: Advice])[] = [
  [/^NoSuchBucket$/, (bucket) => `there is no bucket "${bucket}": create it, or correct DARKROOM_STORE`],
  [
    /^(CredentialsProviderError|TokenProviderError)$/,
    () =>
      'no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give it a profile or a role',
  ],
  [
    /^(InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|TokenRefreshRequired)$/,
    () =>
      'its credentials were refused: check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN',
  ],
  [
    /^(AccessDenied|AllAccessDisabled|AccountProblem|Forbidden|403)$/,
    (bucket) =>
      `access was refused: its credentials must permit to list the bucket "${bucket}", and to get, put and delete objects`,
  ],
  [
    /^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException|301)$/,
    (bucket) => `the bucket "${bucket}" is in another region: set AWS_REGION to that of the bucket`,
  ],
  [/^NoRegion$/, () => 'no region was given: set AWS_REGION to that of the bucket'],
  [/^RequestTimeTooSkewed$/, () => "this machine's clock and its server's differ: set the one that is wrong"],
  [
    /^(TimeoutError|AbortError|E[A-Z_]+|ERR_\w+|\w*CERT\w*)$/,
    () => 'its server does not answer: check that it runs, AWS_ENDPOINT_URL_S3 and the network',
  ],
  [
    /^(QuotaExceeded\w*|InsufficientStorage|EntityQuotaExceeded|XMinioStorageFull|507)$/,
    () => 'no room is left',
  ],
];

/** The error of a server that does not respond in time. */
export const createTimeoutError = (): Error => new DOMException('Nothing came in time', 'TimeoutError');

const originalOf = (error: unknown): unknown => (error instanceof DarkroomError ? error.cause : error);

/** The HTTP status of the response, if there was one. */
const statusOf = (error: unknown): number | undefined =>
  (originalOf(error) as S3Failure | null | undefined)?.$metadata?.httpStatusCode;

/** The name that S3 or the system gives the error (NoSuchBucket, ECONNREFUSED), or the HTTP status. */
function reasonOf(error: unknown): string {
  const { name = 'Error', code, message } = (error ?? {}) as S3Failure;
  if (message === 'Region is missing') return 'NoRegion';
  if (typeof code === 'string') return code;
  const status = statusOf(error);
  return status !== undefined && /^(Unknown|UnknownError|Error|\d+)$/.test(name) ? String(status) : name;
}

/** Whether there is no such object. A response to HEAD cannot tell a missing bucket from a missing object. */
export const isAbsence = (error: unknown): boolean =>
  statusOf(error) === 404 && /^(NoSuchKey|NotFound|404)$/.test(reasonOf(originalOf(error)));

/** Whether the server does not support the request. Servers other than Amazon's answer with any of these. */
export const isUnsupported = (error: unknown): boolean => [400, 405, 411, 501].includes(statusOf(error) ?? 0);

/** Whether the request failed inside the server. */
export const isInternalError = (error: unknown): boolean => statusOf(error) === 500;

/** Whether the range starts after the last byte. */
export const isPastTheEnd = (error: unknown): boolean => statusOf(error) === 416;

/** Turns an error into one of the store. The original may name addresses, so it is only the cause. */
export function explained(error: unknown, action: string, bucket: string): DarkroomError {
  if (error instanceof DarkroomError) return error;
  const reason = reasonOf(error);
  const advice = advices.find(([reasons]) => reasons.test(reason))?.[1](bucket);
  const why = advice ?? `its server answered ${statusOf(error) ?? 'with an error'}`;
  return new DarkroomError(
    advice === 'no room is left' ? 'disk_full' : 'store_unavailable',
    `The object store cannot ${action}: ${why} (${reason})`,
    { details: { reason }, cause: error },
  );
}
