/**
 * Every error that a user can meet, in one table: its HTTP status, its public sentence, and whether trying
 * again can help. Anything that is not in this table is a bug and reaches users only as `internal`.
 */
interface CatalogueEntry {
  readonly status: number;
  /** Public, one sentence. Specifics go into the error's own message and details. */
  readonly title: string;
  /** True when the same request or step may succeed later without being changed. */
  readonly retryable: boolean;
}

const permanent = (status: number, title: string): CatalogueEntry => ({ status, title, retryable: false });
const transient = (status: number, title: string): CatalogueEntry => ({ status, title, retryable: true });

export const catalogue = {
  // Requests
  malformed_json: permanent(400, 'The request body is not valid JSON'),
  malformed_form: permanent(400, 'The form cannot be read'),
  upload_interrupted: transient(400, 'The upload broke off'),
  upload_timeout: transient(408, 'The upload stood still'),
  invalid_request: permanent(422, 'The request has invalid fields'),
  unsupported_media_type: permanent(415, 'The content type is not supported here'),
  payload_too_large: permanent(413, 'The request body is too large'),
  unauthenticated: permanent(401, 'The request has no login, or none that is good'),
  forbidden: permanent(403, 'The login does not permit this'),
  origin_forbidden: permanent(403, 'Web pages of another origin may not use this server'),
  misdirected_host: permanent(421, 'The Host header names another machine'),
  route_not_found: permanent(404, 'There is nothing at this address'),
  method_not_allowed: permanent(405, 'This address does not take that method'),
  range_not_satisfiable: permanent(416, 'The requested range lies outside the file'),

  // Jobs, as resources
  job_not_found: permanent(404, 'There is no such job'),
  job_id_in_use: permanent(409, 'The job id belongs to another request'),
  job_id_deleted: permanent(409, 'The job id belonged to a job that was deleted'),
  job_not_active: permanent(409, 'The job has already ended'),
  job_still_active: permanent(409, 'The job has not ended yet'),
  job_not_rerunnable: permanent(409, 'The job cannot be run again'),
  input_closed: permanent(409, 'The job takes no more assets'),
  too_many_assets: permanent(409, 'The job would have more assets than it takes'),
  idempotency_key_reused: permanent(422, 'The Idempotency-Key was sent with another request'),
  delivery_not_found: permanent(404, 'The job has no such delivery'),
  result_not_ready: permanent(409, 'The job has no result'),
  file_not_found: permanent(404, 'The job has no such file'),
  operation_unavailable: transient(503, 'No worker can do the operation now'),
  operation_not_found: permanent(404, 'There is no such operation'),

  // Parts that must be up
  temporal_unavailable: transient(503, 'Temporal does not answer'),
  temporal_busy: transient(503, 'Temporal is asked for more than it allows'),
  worker_unavailable: transient(503, 'No worker answers'),
  too_many_jobs: transient(429, 'As many jobs have not ended as there may be'),
  queue_full: transient(503, 'As many jobs are pending as may be'),
  master_key_missing: transient(503, 'A key that opens what was sealed is missing'),
  store_unavailable: transient(503, 'The object store does not answer'),
  issuer_unavailable: transient(503, 'The identity provider does not answer'),
  disk_full: transient(507, 'The disk is full'),
  internal: permanent(500, 'Something went wrong inside darkroom'),

  // Assets: why a job failed, or an asset was skipped
  asset_not_found: permanent(422, 'An asset does not exist'),
  asset_refused: permanent(422, 'The server of an asset refused it'),
  asset_unreachable: transient(422, 'The server of an asset does not answer'),
  asset_timeout: transient(422, 'An asset took too long to arrive'),
  asset_too_large: permanent(422, 'An asset is larger than allowed'),
  asset_empty: permanent(422, 'An asset has no content'),
  asset_checksum_mismatch: permanent(422, 'An asset does not have the checksum it was announced with'),
  asset_address_forbidden: permanent(422, 'An asset lies at an address that this server may not reach'),
  asset_path_forbidden: permanent(422, 'An asset lies outside the input directories of this server'),
  asset_not_an_image: permanent(422, 'An asset is not an image'),
  asset_corrupt: permanent(422, 'An asset is damaged'),
  asset_too_small: permanent(422, 'An asset has too few pixels'),
  asset_too_many_pixels: permanent(422, 'An asset has more pixels than allowed'),
  image_not_a_file: permanent(422, 'A disk image is not a regular file'),
  image_empty: permanent(422, 'A disk image is empty'),
  image_format_mismatch: permanent(422, 'A disk image is in another format than announced'),
  image_too_large: permanent(422, 'A disk image claims to be larger than allowed'),
  image_corrupt: permanent(422, 'A disk image is damaged'),
  image_backing_file: permanent(422, 'A disk image is a layer on top of another'),
  image_external_data: permanent(422, 'A disk image keeps its data in other files'),
  image_encrypted: permanent(422, 'A disk image is encrypted'),
  image_no_filesystem: permanent(422, 'A disk image has no file system that can be read'),
  too_few_assets: permanent(422, 'The job was given fewer assets than the operation needs'),
  all_assets_failed: permanent(422, 'No asset could be used'),
  no_reconstruction: permanent(422, 'The photographs do not fit together'),
  too_few_points: permanent(422, 'Too little of the surface can be told from the photographs'),
  no_surface: permanent(422, 'No surface can be made of the points'),

  // Execution
  operation_failed: permanent(422, 'The operation failed'),
  operation_failed_for_now: transient(422, 'The operation failed and may be tried again'),
  engine_missing: transient(422, 'An engine is not installed on the worker'),
  engine_failed: permanent(422, 'An engine failed'),
  engine_limit: permanent(422, 'An engine would need more than it may use'),
  stage_timeout: permanent(422, 'A stage ran longer than allowed'),
  worker_lost: permanent(422, 'The worker of a stage died repeatedly'),
  cancelled: permanent(409, 'The job was cancelled'),
  terminated: permanent(422, 'The job was terminated in Temporal'),
  timed_out: permanent(422, 'The job ran longer than allowed'),
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;

/** Facts for programs: field names, limits, asset names. Plain JSON, never a stack or a path of this server. */
export type ErrorDetails = Record<string, unknown>;

/** The one error class that darkroom throws on purpose. `message` is public: it says what, where, and what to do. */
export class DarkroomError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails | null;

  constructor(code: ErrorCode, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'DarkroomError';
    this.code = code;
    this.details = options.details ?? null;
  }

  get status(): number {
    return catalogue[this.code].status;
  }

  get title(): string {
    return catalogue[this.code].title;
  }

  get retryable(): boolean {
    return catalogue[this.code].retryable;
  }
}
