/**
 * Serves Temporal's HTTP API over darkroom's own gRPC connection. The embedded server's HTTP API stays closed: any user and any
 * web page of the machine could reach its port.
 */
import type { Client } from '@temporalio/client';
import protojson from 'protobufjs/ext/protojson.js';
import type { Message } from 'protobufjs/light.js';
import { grpcCode } from '../connection.ts';
import { InvalidRequest, readMessage } from './http-request.ts';
import { findHttpRoute } from './http-routes.ts';

export interface TemporalHttpRequest {
  readonly method: string;
  /** Below `/api/v1/`, as it was sent (encoded). */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Empty for none. */
  readonly body: string;
  readonly signal: AbortSignal;
}

export interface TemporalHttpResponse {
  readonly status: number;
  readonly json: unknown;
}

/** Milliseconds. Temporal answers a request that waits for new events within 20 seconds. */
const DEADLINE_MS = 60_000;

/** HTTP status by gRPC status (google/rpc/code.proto). */
const statuses = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const INTERNAL = 13;

/** Makes the gRPC call that a request describes. Errors are responses, too. */
export async function callTemporal(
  { connection }: Client,
  { method, path, query, body, signal }: TemporalHttpRequest,
): Promise<TemporalHttpResponse> {
  const found = findHttpRoute(method, path);
  if (!found) return toFailure(NOT_FOUND, 'Not Found');
  const { route } = found;
  try {
    const message = readMessage(found, query, body);
    const service = connection[route.service] as unknown as Record<
      string,
      (request: Message) => Promise<Message>
    >;
    const answer = await connection.withAbortSignal(signal, () =>
      connection.withDeadline(Date.now() + DEADLINE_MS, async () => service[route.method]?.(message)),
    );
    return { status: 200, json: protojson.toJson(route.response, answer ?? {}) };
  } catch (error) {
    if (error instanceof InvalidRequest) return toFailure(INVALID_ARGUMENT, error.message);
    const code = grpcCode(error);
    // Other errors are bugs of darkroom.
    if (code === null) throw error;
    return toFailure(code, (error as { details?: string }).details ?? 'Temporal failed');
  }
}

/** An error as Temporal's HTTP API reports it (google.rpc.Status). */
const toFailure = (code: number, message: string): TemporalHttpResponse => ({
  status: statuses[code] ?? statuses[INTERNAL] ?? 500,
  json: { code, message, details: [] },
});
