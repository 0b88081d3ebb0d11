/** What the errors of S3, and of the way to it, mean to users of the store. */
import { DarkroomError } from '../../errors.ts';

interface S3Failure {
  readonly name?: string;
  readonly code?: unknown;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

type Advice = (bucket: string) => string;

/** Reasons, why they keep the store from its work, and what an operator does about it. */
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

/** The error of a server that took too long. */
export const noAnswer = (): Error => new DOMException('Nothing came in time', 'TimeoutError');

const originalOf = (error: unknown): unknown => (error instanceof DarkroomError ? error.cause : error);

/** Of what S3 answered, also where it is the cause of the store's error. */
const statusOf = (error: unknown): number | undefined =>
  (originalOf(error) as S3Failure | null | undefined)?.$metadata?.httpStatusCode;

/** As S3 or the system names it (NoSuchBucket, ECONNREFUSED); a bare status where an answer did not say. */
function reasonOf(error: unknown): string {
  const { name = 'Error', code, message } = (error ?? {}) as S3Failure;
  if (message === 'Region is missing') return 'NoRegion';
  if (typeof code === 'string') return code;
  const status = statusOf(error);
  return status !== undefined && /^(Unknown|UnknownError|Error|\d+)$/.test(name) ? String(status) : name;
}

/** There is no such object. Of the answer to a HEAD, which has no more to say: or there is no bucket. */
export const isAbsence = (error: unknown): boolean =>
  statusOf(error) === 404 && /^(NoSuchKey|NotFound|404)$/.test(reasonOf(originalOf(error)));

/** The range begins behind the last byte. */
export const isPastTheEnd = (error: unknown): boolean => statusOf(error) === 416;

/** The store's error; the original, whose message may name addresses, stays its cause. */
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
