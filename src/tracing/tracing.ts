/** What traces requests and jobs. */
import type { ClientPlugin } from '@temporalio/client';
import type { WorkerPlugin } from '@temporalio/worker';
import type { MiddlewareHandler } from 'hono';

export interface Tracing {
  /** Carries the trace from client to workflow to activity. */
  readonly plugin: ClientPlugin & WorkerPlugin;
  /** Continues the trace of a request (`traceparent`), or starts one. */
  readonly middleware: MiddlewareHandler;
  /** Headers that pass the current trace on: `traceparent`, `tracestate`, `baggage`. */
  readonly headers: () => Record<string, string>;
  /** Sends what is left. */
  close(): Promise<void>;
}
