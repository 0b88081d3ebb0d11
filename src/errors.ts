/**
 * The error catalogue: every error that a user can meet, with its kind, HTTP status and public title.
 * Anything that is not in it is a bug, and users see `internal`.
 *
 * To add a code, add a line here and a row in docs/errors.md.
 */

/**
 * The kind of an error decides how the code that catches it handles it.
 *
 * - `client`: the request. The client must change it.
 * - `asset`: the input of the job. The client must supply other assets.
 * - `outage`: a service that darkroom needs is unavailable or full. Activities wait until it is back; clients retry.
 * - `limit`: a limit of this server.
 * - `bug`: darkroom, an engine or a worker misbehaves. The log has the cause.
 */
export type ErrorKind = 'client' | 'asset' | 'outage' | 'limit' | 'bug';

interface ErrorDefinition {
  readonly kind: ErrorKind;
  readonly status: number;
  /** Public, one sentence. Specifics go into the message and details of the error. */
  readonly title: string;
  /** True if the same request or job may succeed later without a change. */
  readonly retryable: boolean;
  /** True if a write that failed with this error may have succeeded. */
  readonly outcomeUnknown: boolean;
}

type Options = Partial<Pick<ErrorDefinition, 'retryable' | 'outcomeUnknown'>>;

const define =
  (kind: ErrorKind, defaults: Options = {}) =>
  (status: number, title: string, options: Options = {}): ErrorDefinition => ({
    kind,
    status,
    title,
    retryable: false,
    outcomeUnknown: false,
    ...defaults,
    ...options,
  });

const client = define('client');
const asset = define('asset');
const outage = define('outage', { retryable: true });
/** An outage of what carries out writes: after a retry, an earlier attempt may have succeeded. */
const unanswered = define('outage', { retryable: true, outcomeUnknown: true });
const limit = define('limit');
const bug = define('bug');
const retryable = { retryable: true };

/** Whether an error is the user's, so that operators need not act. */
export const isUserError = (kind: ErrorKind): boolean =>
  kind === 'client' || kind === 'asset' || kind === 'limit';

export const errorCatalogue = {
  // Requests
  malformed_json: client(400, 'The request body is not valid JSON'),
  malformed_form: client(400, 'The form is malformed'),
  upload_interrupted: client(400, 'The upload was interrupted', retryable),
  upload_timeout: limit(408, 'The upload was too slow', retryable),
  invalid_request: client(422, 'The request has invalid fields'),
  unsupported_media_type: client(415, 'The content type is not supported'),
  payload_too_large: limit(413, 'The request body is too large'),
  unauthenticated: client(401, 'Credentials are missing or invalid'),
  forbidden: client(403, 'The credentials do not permit this'),
  link_invalid: client(403, 'The link is not valid'),
  link_expired: client(403, 'The link has expired'),
  origin_forbidden: client(403, 'Web pages of another origin may not use this server'),
  misdirected_host: client(421, 'The Host header names another machine'),
  route_not_found: client(404, 'No such route'),
  method_not_allowed: client(405, 'The route does not support this method'),
  range_not_satisfiable: client(416, 'The requested range is outside the file'),

  // Jobs
  job_not_found: client(404, 'No such job'),
  job_id_in_use: client(409, 'The job id belongs to another request'),
  job_id_deleted: client(409, 'The job id belonged to a job that was deleted'),
  job_not_active: client(409, 'The job has ended'),
  job_still_active: client(409, 'The job has not ended'),
  job_not_rerunnable: client(409, 'The job cannot be run again'),
  input_closed: client(409, 'The job takes no more assets'),
  too_many_assets: client(409, 'The job would have too many assets'),
  idempotency_key_reused: client(422, 'The Idempotency-Key was sent with another request'),
  delivery_not_found: client(404, 'The job has no such delivery'),
  result_not_ready: client(409, 'The job has no result'),
  file_not_found: client(404, 'The job has no such file'),
  operation_not_found: client(404, 'No such operation'),
  credentials_not_found: client(404, 'No such credentials'),
  credentials_exist: client(409, 'Credentials of this name exist'),
  credentials_rejected: client(422, 'The server rejected the credentials'),
  template_not_found: client(404, 'No such template'),
  templates_full: limit(409, 'There are as many templates as there may be'),
  rate_limited: limit(429, 'Too many requests in a short time', retryable),
  too_many_uploads: limit(429, 'Too many bytes arrive at once', retryable),
  tenant_storage_full: limit(429, 'The tenant has stored as many bytes as it may', retryable),
  too_many_jobs: limit(429, 'The tenant has too many jobs that have not ended', retryable),
  queue_full: limit(503, 'The API has too many pending jobs', retryable),

  // Parts that darkroom needs
  operation_unavailable: outage(503, 'No live worker offers the operation'),
  temporal_unavailable: unanswered(503, 'Temporal does not answer'),
  temporal_ui_unavailable: outage(503, 'The pages of the Temporal Web UI are missing'),
  temporal_busy: unanswered(503, 'The rate limit of Temporal is exceeded'),
  worker_unavailable: unanswered(503, 'No worker answers'),
  worker_stopped: outage(503, 'The worker was stopped'),
  master_key_missing: outage(503, 'A master key that decrypts stored data is missing'),
  store_unavailable: outage(503, 'The object store does not answer'),
  issuer_unavailable: outage(503, 'The identity provider does not answer'),
  destination_unavailable: outage(503, 'The server of a destination does not answer'),
  result_awaited: outage(503, 'Another job computes the same results'),
  downloads_busy: outage(503, 'The downloads that a worker runs at once are taken'),
  callbacks_busy: outage(503, 'The callbacks that a worker sends at once are taken'),
  disk_full: outage(507, 'The disk is full'),
  internal: bug(500, 'Internal error'),

  // Assets: why a job failed, or an asset was skipped
  asset_not_found: asset(422, 'An asset does not exist'),
  asset_refused: asset(422, 'The server of an asset refused the request'),
  asset_unreachable: asset(422, 'The server of an asset does not answer', retryable),
  asset_timeout: asset(422, 'The download of an asset timed out', retryable),
  asset_too_slow: asset(422, 'The download of an asset took too long'),
  asset_too_large: asset(422, 'An asset is larger than allowed'),
  asset_changed: asset(422, 'An asset has changed since the submission'),
  asset_empty: asset(422, 'An asset is empty'),
  asset_checksum_mismatch: asset(422, 'An asset does not match its checksum'),
  asset_address_forbidden: asset(422, 'An asset has an address that this server may not reach'),
  asset_path_forbidden: asset(422, 'An asset is outside the input directories of this server'),
  asset_not_an_image: asset(422, 'An asset is not an image'),
  asset_corrupt: asset(422, 'An asset is corrupt'),
  asset_unsuitable: asset(422, 'An asset does not suit the operation'),
  asset_too_small: asset(422, 'An asset has too few pixels'),
  asset_too_many_pixels: asset(422, 'An asset has more pixels than allowed'),
  asset_metadata_too_large: asset(422, 'An asset has more metadata than allowed'),
  asset_too_demanding: asset(422, 'An asset needs more memory or time than allowed'),
  asset_crashes_decoder: asset(422, 'An asset makes the decoder crash'),
  image_not_a_file: asset(422, 'A disk image is not a regular file'),
  image_empty: asset(422, 'A disk image is empty'),
  image_format_mismatch: asset(422, 'A disk image is not in the declared format'),
  image_too_large: asset(422, 'A disk image is larger than allowed'),
  image_corrupt: asset(422, 'A disk image is corrupt'),
  image_backing_file: asset(422, 'A disk image depends on another image'),
  image_external_data: asset(422, 'A disk image stores its data in other files'),
  image_unsupported: asset(422, 'A disk image has an unsupported format or feature'),
  image_encrypted: asset(422, 'A disk image is encrypted'),
  image_no_filesystem: asset(422, 'A disk image has no known file system'),
  assets_overdue: asset(422, 'The assets that were to come did not come in time'),
  condition_failed: asset(422, 'The condition of a step cannot be evaluated for an input'),
  too_few_assets: asset(422, 'The job has fewer assets than the operation needs'),
  all_assets_failed: asset(422, 'No asset could be used'),
  no_reconstruction: asset(422, 'The photographs cannot be aligned'),
  too_few_points: asset(422, 'The photographs show too little of the surface'),
  no_surface: asset(422, 'The points do not form a surface'),

  // Execution
  operation_failed: asset(422, 'The operation failed'),
  operation_failed_for_now: bug(422, 'The operation failed, and may succeed later', retryable),
  destination_refused: client(422, 'The server of a destination refused the request'),
  destination_mismatch: client(422, 'A destination stored other bytes than it was sent', retryable),
  destination_given_up: client(422, 'The server of a destination did not answer for too long', retryable),
  engine_missing: bug(422, 'An engine is not installed on the worker', retryable),
  sandbox_missing: bug(422, 'The worker cannot isolate commands'),
  engine_failed: bug(422, 'An engine failed'),
  engine_limit: limit(422, 'An engine reached its limit'),
  stage_stalled: bug(422, 'A stage made no progress'),
  stage_timeout: limit(422, 'A stage timed out'),
  worker_lost: bug(422, 'The worker of a stage died repeatedly'),
  cancelled: client(409, 'The job was cancelled'),
  terminated: client(422, 'The job was terminated in Temporal'),
  timed_out: limit(422, 'The job timed out'),
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof errorCatalogue;

/** Facts for programs, such as field names, limits and asset names. Plain JSON, without stacks or paths of the server. */
export type ErrorDetails = Record<string, unknown>;

/**
 * The one error class that darkroom throws on purpose. `message` is public: it says what is wrong, where, and what to do.
 *
 * @example
 * throw new DarkroomError('job_not_found', `There is no job "${id}"`);
 */
export class DarkroomError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails | null;
  /** Milliseconds after which an activity that throws it is tried again; null: by its retry policy. */
  readonly retryAfterMs: number | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: ErrorDetails; cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'DarkroomError';
    this.code = code;
    this.details = options.details ?? null;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }

  get kind(): ErrorKind {
    return errorCatalogue[this.code].kind;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }

  get title(): string {
    return errorCatalogue[this.code].title;
  }

  get retryable(): boolean {
    return errorCatalogue[this.code].retryable;
  }
}

/** Returns true if a code from an engine or another process is in the catalogue. */
export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(errorCatalogue, code);

export const hasCode = (error: unknown, code: ErrorCode): error is DarkroomError =>
  error instanceof DarkroomError && error.code === code;

/** Returns true if a service that darkroom needs is unavailable or full, so that waiting helps. */
export const isOutage = (error: unknown): error is DarkroomError =>
  error instanceof DarkroomError && error.kind === 'outage';

/** Returns true if a write that threw this error may have succeeded. */
export const isOutcomeUnknown = (error: unknown): error is DarkroomError =>
  error instanceof DarkroomError && errorCatalogue[error.code].outcomeUnknown;
