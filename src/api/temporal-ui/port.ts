/** What the pages of Temporal's Web UI need. */

export interface TemporalUi {
  /** Version of the pages. */
  readonly version: string;
  /** Namespace of darkroom's jobs. */
  readonly namespace: string;
  /**
   * Returns a file of the UI, such as `index.html`; null if it has no such file.
   *
   * @throws temporal_ui_unavailable
   */
  readonly readPage: (path: string) => Promise<Buffer | null>;
  /** Makes a call to Temporal's HTTP API. Responses with errors are returned, too. */
  readonly call: (request: {
    readonly method: string;
    /** Below `/api/v1/`, as it was sent (encoded). */
    readonly path: string;
    readonly query: URLSearchParams;
    /** Empty for none. */
    readonly body: string;
    readonly signal: AbortSignal;
  }) => Promise<{ readonly status: number; readonly json: unknown }>;
}
