/** Ports: multipart uploads to buckets of tenants. A server keeps, and bills, the parts of one that nobody ends. */

/** An upload that has begun. */
export interface OpenUpload {
  readonly tenant: string;
  /** Name of the credentials. */
  readonly credentials: string;
  readonly bucket: string;
  readonly key: string;
  /** By which the server knows it. */
  readonly uploadId: string;
}

/** The record of an upload. */
export interface UploadRecord {
  /** Says that the upload is still active. */
  renew(): Promise<void>;
  /** Deletes the record: the upload is complete. */
  end(): Promise<void>;
}

/** Records of uploads that may not have ended. Implemented in `src/storage/`. All methods throw `store_unavailable`. */
export interface OpenUploads {
  begin(upload: OpenUpload): Promise<UploadRecord>;
  /** Uploads that were begun or renewed before this time, and neither completed nor forgotten. */
  before(horizon: Date): AsyncIterable<AbandonedUpload>;
}

export interface AbandonedUpload {
  readonly upload: OpenUpload;
  /** When it was begun, or renewed for the last time. */
  readonly at: Date;
  /** Deletes the record. */
  forget(): Promise<void>;
}

/** Aborts uploads. Implemented in `src/buckets/`. */
export interface UploadAborter {
  /**
   * Aborts an upload, unless it has ended.
   *
   * @throws destination_refused, destination_given_up, credentials_not_found, store_unavailable
   */
  abortUpload(upload: OpenUpload): Promise<void>;
}
