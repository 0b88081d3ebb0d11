import { parseRetryAfter } from '../lib/retry-after.ts';

/** One invalid field. */
export interface FieldProblem {
  /** JSON Pointer (RFC 6901). */
  readonly pointer: string;
  readonly detail: string;
}

interface ProblemParts {
  /** HTTP status; 0 if there was no response. */
  readonly status: number;
  /** A code of docs/errors.md, or one of the client's own, listed in docs/client.md. */
  readonly code: string;
  /** What is wrong, and what to do. */
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
  readonly details?: Readonly<Record<string, unknown>> | null;
  /** True if the same request may succeed later. */
  readonly retryable: boolean;
  /** `Retry-After` in milliseconds; null if the response has none. */
  readonly retryAfterMs?: number | null;
}

/** An error response of the server (RFC 9457), or no response. */
export class DarkroomProblem extends Error {
  override name = 'DarkroomProblem';
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly FieldProblem[];
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;

  constructor(parts: ProblemParts, options?: { cause?: unknown }) {
    super(parts.detail, options);
    this.status = parts.status;
    this.code = parts.code;
    this.detail = parts.detail;
    this.errors = parts.errors ?? [];
    this.details = parts.details ?? null;
    this.retryable = parts.retryable;
    this.retryAfterMs = parts.retryAfterMs ?? null;
  }

  /** True if a limit of the server refused the request, so that nothing was done and it may be sent again later. */
  get isLimited(): boolean {
    return this.status === 429;
  }

  /** True if the server, or a service that it needs, is unavailable. */
  get isOutage(): boolean {
    return this.status === 0 || [502, 503, 504].includes(this.status);
  }
}

/** Reads an error response. */
export async function readProblem(response: Response): Promise<DarkroomProblem> {
  const { status } = response;
  const text = await response.text();
  const body = parse(text);
  const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'));
  if (typeof body?.code !== 'string') {
    // `/readyz` lists what is missing, without a problem document.
    const detail = Array.isArray(body?.missing)
      ? `Missing: ${body.missing.join(', ')}`
      : `The server answered ${status} ${response.statusText}`.trimEnd();
    const retryable = [429, 502, 503, 504].includes(status);
    return new DarkroomProblem({ status, code: 'http_error', detail, retryable, retryAfterMs });
  }
  const { code, detail = body.title ?? code, errors = [], details = null, retryable = false } = body;
  return new DarkroomProblem({ status, code, detail, errors, details, retryable, retryAfterMs });
}

type ProblemBody = Partial<ProblemParts> & {
  readonly title?: string;
  readonly missing?: readonly string[];
};

function parse(text: string): ProblemBody | null {
  try {
    return JSON.parse(text) as ProblemBody | null;
  } catch {
    return null;
  }
}
