/** Ports: servers of a tenant to which operations write files. Implemented in `src/buckets/`. */

export interface PutRequest {
  readonly key: string;
  /** A file of this machine. */
  readonly path: string;
  readonly contentType: string;
  readonly cacheControl?: string | undefined;
  readonly storageClass?: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** An object as the server describes it after the upload. */
export interface PutResult {
  readonly key: string;
  /** Without quotes. */
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  /** False if the server had the same object already. */
  readonly uploaded: boolean;
  /** What the server stated and was compared: a checksum of the bytes, or only their number. */
  readonly verified: 'sha256' | 'md5' | 'size';
}

interface Bucket {
  readonly bucket: string;
  /**
   * Uploads a file, unless the bucket has the same object, and compares what the server says with what was sent.
   *
   * @throws destination_unavailable, destination_refused, destination_mismatch
   */
  put(request: PutRequest, signal: AbortSignal): Promise<PutResult>;
}

export interface PutUrlRequest {
  readonly url: string;
  /** A file of this machine. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface PutUrlResult {
  /** Host and port. */
  readonly server: string;
  readonly status: number;
  /** Without quotes. */
  readonly etag: string | null;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

export interface Destinations {
  /**
   * @param bucket - Default: that of the credentials.
   * @throws credentials_not_found, destination_refused
   */
  openBucket(credentials: string, bucket: string | undefined): Promise<Bucket>;
  /**
   * Sends a file with PUT.
   *
   * @throws destination_unavailable, destination_refused
   */
  putUrl(request: PutUrlRequest, signal: AbortSignal): Promise<PutUrlResult>;
}
