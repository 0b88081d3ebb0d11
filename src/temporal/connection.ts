/** Connections to Temporal: to the embedded server, or as Temporal's own variables and profiles configure them. */
import {
  Client,
  type ClientPlugin,
  Connection,
  isGrpcServiceError,
  NamespaceNotFoundError,
} from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions, WorkerPlugin } from '@temporalio/worker';
import { DarkroomError } from '../errors.ts';

export interface TemporalTarget {
  readonly namespace: string;
  readonly options: NativeConnectionOptions;
  /** For people; without secrets. */
  readonly address: string;
  /** With a payload codec; see payload-codec.ts. */
  readonly dataConverter?: DataConverter | undefined;
  /** Of the SDK, for clients and workers. */
  readonly plugins?: readonly (ClientPlugin & WorkerPlugin)[];
}

/** Reads TEMPORAL_ADDRESS, _NAMESPACE, _API_KEY, _TLS_… and profiles, as Temporal's own tools do. */
export function targetFromEnvironment(): TemporalTarget {
  const { namespace, connectionOptions } = loadClientConnectConfig();
  const address = connectionOptions.address ?? 'localhost:7233';
  return { namespace: namespace ?? 'default', options: { ...connectionOptions, address }, address };
}

export const embeddedTarget = (address: string): TemporalTarget => ({
  namespace: 'default',
  options: { address },
  address,
});

/** Connects lazily: without Temporal the API starts, and answers 503. */
export function createClient({ options, namespace, dataConverter, plugins = [] }: TemporalTarget): Client {
  const connection = Connection.lazy(options);
  return new Client({
    connection,
    namespace,
    plugins: [...plugins],
    ...(dataConverter && { dataConverter }),
  });
}

/** gRPC status codes that mean that Temporal, not the request, is the cause. */
const awayCodes = new Set([
  1 /* cancelled */, 2 /* unknown: a proxy, or a fault of the server */, 4 /* deadline */,
  10 /* aborted: two writes at once */, 13 /* internal */, 14 /* unavailable */, 15 /* data loss */,
]);
/** The server or the namespace has reached a rate limit. */
const EXHAUSTED = 8;
const NOT_FOUND = 5;
const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

/** Returns the status code of a gRPC error, including a wrapped one; null for other errors. */
export function grpcCode(error: unknown): number | null {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof Error && error.cause !== undefined ? grpcCode(error.cause) : null;
}

/** Joins the messages of an error and its causes. */
const joinMessages = (error: unknown): string =>
  error instanceof Error ? `${error.message} ${joinMessages(error.cause)}` : '';

export const isNotFound = (error: unknown): boolean => grpcCode(error) === NOT_FOUND;

/** Milliseconds after an unanswered call during which reads fail at once. */
const AWAY_MS = 1000;
const awayUntil = new WeakMap<Client, number>();
/** Time of the last answer, by client. */
const answeredAt = new WeakMap<Client, number>();

/**
 * Makes a call that changes something in Temporal. The client retries within the deadline.
 *
 * @throws temporal_unavailable without an answer, temporal_busy at a rate limit. Other errors pass through.
 */
export async function writeCall<T>(client: Client, deadlineMs: number, call: () => Promise<T>): Promise<T> {
  const since = Date.now();
  try {
    const answer = await client.withDeadline(since + deadlineMs, call);
    answeredAt.set(client, Date.now());
    return answer;
  } catch (error) {
    const refused = notNow(error, client.options.namespace);
    if (refused) throw refused;
    if (!awayCodes.has(grpcCode(error) ?? -1)) throw error;
    // Other calls were answered meanwhile, so Temporal is up and delays only this kind of call, such as lists.
    if ((answeredAt.get(client) ?? 0) < since) awayUntil.set(client, Date.now() + AWAY_MS);
    throw away(error);
  }
}

/** Returns the error for a valid call that Temporal answers but cannot serve now; null for other errors. */
function notNow(cause: unknown, namespace: string): DarkroomError | null {
  const unavailable = (why: string) => new DarkroomError('temporal_unavailable', why, { cause });
  if (cause instanceof NamespaceNotFoundError)
    return unavailable(`Temporal has no namespace "${namespace}"; its administrator can create it`);
  switch (grpcCode(cause)) {
    case EXHAUSTED:
      return new DarkroomError(
        'temporal_busy',
        'Temporal is asked for more than it allows; try again in a second',
        {
          cause,
        },
      );
    case PERMISSION_DENIED:
    case UNAUTHENTICATED:
      return unavailable(
        `Temporal refuses the credentials of darkroom for the namespace "${namespace}"; its administrator can check TEMPORAL_API_KEY and TEMPORAL_TLS_…`,
      );
    case INVALID_ARGUMENT:
      // Right after the namespace was created, or until an administrator adds the attributes that our log names.
      return /search attribute/i.test(joinMessages(cause))
        ? unavailable(`Temporal's namespace "${namespace}" lacks the search attributes of darkroom`)
        : null;
    default:
      return null;
  }
}

/** Makes a read call. Fails at once shortly after an unanswered call, since readers can use the record in the store. */
export async function readCall<T>(client: Client, deadlineMs: number, call: () => Promise<T>): Promise<T> {
  if (Date.now() < (awayUntil.get(client) ?? 0)) throw away();
  return writeCall(client, deadlineMs, call);
}

const away = (cause?: unknown): DarkroomError =>
  new DarkroomError('temporal_unavailable', 'Temporal does not answer; try again in a few seconds', {
    cause,
  });
