/** Where Temporal is: our own server, or what Temporal's own variables and profiles say. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, isGrpcServiceError, NamespaceNotFoundError } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';
import { DarkroomError } from '../errors.ts';

export interface TemporalTarget {
  readonly namespace: string;
  readonly options: NativeConnectionOptions;
  /** For people; without secrets. */
  readonly address: string;
}

/** Of a cluster: TEMPORAL_ADDRESS, _NAMESPACE, _API_KEY, _TLS_… and profiles, as Temporal's own tools read them. */
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

/** Does not wait for Temporal to answer: the API comes up, and says 503, while Temporal is away. */
export function createClient({ options, namespace }: TemporalTarget): Client {
  return new Client({ connection: Connection.lazy(options), namespace });
}

/**
 * For workers. Tries for a while, and says once what it waits for, the server or its namespace; then throws an Error that
 * names it.
 */
export async function connectWorker(
  target: TemporalTarget,
  patienceMs: number,
  onWait: (message: string) => void,
): Promise<NativeConnection> {
  const deadline = Date.now() + patienceMs;
  for (let tries = 0; ; tries++) {
    try {
      return await connectToNamespace(target);
    } catch (error) {
      const { address, namespace } = target;
      const message = isNotFound(error)
        ? `Temporal at ${address} has no namespace "${namespace}"`
        : `Temporal at ${address} does not answer`;
      if (Date.now() > deadline) throw new Error(message, { cause: error });
      // The first refusal is no news: a server that starts along with us takes a moment.
      if (tries === 1) onWait(`${message}; the worker waits for it`);
      await sleep(500);
    }
  }
}

async function connectToNamespace({ options, namespace }: TemporalTarget): Promise<NativeConnection> {
  const connection = await NativeConnection.connect(options);
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** gRPC status codes that mean that Temporal, not the request, is the cause. */
const awayCodes = new Set([1 /* cancelled */, 4 /* deadline */, 13 /* internal */, 14 /* unavailable */]);
/** A rate limit of the server or the namespace: it is there, and asked too much at once. */
const EXHAUSTED = 8;
const NOT_FOUND = 5;
const INVALID_ARGUMENT = 3;

/** The status code of a gRPC error, also when it comes wrapped; null of other errors. */
export function grpcCode(error: unknown): number | null {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof Error && error.cause !== undefined ? grpcCode(error.cause) : null;
}

/** What was said, by whatever it comes wrapped in too. */
const joinMessages = (error: unknown): string =>
  error instanceof Error ? `${error.message} ${joinMessages(error.cause)}` : '';

export const isNotFound = (error: unknown): boolean => grpcCode(error) === NOT_FOUND;

/** Milliseconds after an unanswered call during which reads fail at once. */
const AWAY_MS = 1000;
const awayUntil = new WeakMap<Client, number>();
/** When it answered last. */
const answeredAt = new WeakMap<Client, number>();

/**
 * Changes something in Temporal, within a deadline; when no answer comes, or Temporal cannot take it now,
 * `temporal_unavailable` or `temporal_busy`. The client retries within the deadline. Other errors pass through.
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
    // While others are answered it is not away: it may hold back calls of one kind, as it does with too many lists.
    if ((answeredAt.get(client) ?? 0) < since) awayUntil.set(client, Date.now() + AWAY_MS);
    throw away(error);
  }
}

/** Of a Temporal that answers, and cannot do what was asked for now, although nothing is wrong with that. */
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
    case INVALID_ARGUMENT:
      // So for a moment after the namespace was created, or until its administrator does what our log says.
      return /search attribute/i.test(joinMessages(cause))
        ? unavailable(`Temporal's namespace "${namespace}" lacks the search attributes of darkroom`)
        : null;
    default:
      return null;
  }
}

/** Reads from Temporal. Fails at once shortly after an unanswered call, since readers can use the record in the store. */
export async function readCall<T>(client: Client, deadlineMs: number, call: () => Promise<T>): Promise<T> {
  if (Date.now() < (awayUntil.get(client) ?? 0)) throw away();
  return writeCall(client, deadlineMs, call);
}

const away = (cause?: unknown): DarkroomError =>
  new DarkroomError('temporal_unavailable', 'Temporal does not answer; try again in a few seconds', {
    cause,
  });
