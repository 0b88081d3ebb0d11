/** What a request can come to instead of an answer: a refusal of the server (RFC 9457), or no answer at all. */
import { parseRetryAfter } from '../lib/retry-after.ts';

/** One field that was wrong: where, as a JSON Pointer (RFC 6901), and what. */
export interface FieldProblem {
  readonly pointer: string;
  readonly detail: string;
}

interface ProblemParts {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** A code of docs/errors.md, or one of the client's own: see docs/client.md. */
  readonly code: string;
  /** What was wrong, and what to do. */
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
  readonly details?: Readonly<Record<string, unknown>> | null;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** Milliseconds after which the server asked to be tried again; null when it said nothing. */
  readonly retryAfterMs?: number | null;
}

/** The one error that the client throws on purpose. */
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

  /** The server, or something it needs, is away: to wait is all that helps. */
  get isOutage(): boolean {
    return this.status === 0 || [502, 503, 504].includes(this.status);
  }
}

/** Reads an answer that is no success. */
export async function problemOf(response: Response): Promise<DarkroomProblem> {
  const { status } = response;
  const text = await response.text();
  const body = parse(text);
  const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'));
  if (typeof body?.code !== 'string') {
    const missing = Array.isArray(body?.missing) ? `: no ${body.missing.join(', no ')}` : '';
    const detail = `The server answered ${status} ${response.statusText}`.trimEnd() + missing;
    const retryable = [429, 502, 503, 504].includes(status);
    return new DarkroomProblem({ status, code: 'http_error', detail, retryable, retryAfterMs });
  }
  const { code, detail = body.title ?? code, errors = [], details = null, retryable = false } = body;
  return new DarkroomProblem({ status, code, detail, errors, details, retryable, retryAfterMs });
}

type ProblemBody = Partial<ProblemParts> & {
  readonly title?: string;
  /** Of an answer of /readyz, which is no problem by that standard. */
  readonly missing?: readonly string[];
};

function parse(text: string): ProblemBody | null {
  try {
    return JSON.parse(text) as ProblemBody | null;
  } catch {
    return null;
  }
}
