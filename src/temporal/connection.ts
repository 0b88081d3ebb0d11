/** Where Temporal is: our own server, or what Temporal's own variables and profiles say. */
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

/** For workers. Tries for a while, and says so once; then throws an Error that names the address. */
export async function connectWorker(
  { options, address }: TemporalTarget,
  patienceMs: number,
  onWait: () => void,
): Promise<NativeConnection> {
  const deadline = Date.now() + patienceMs;
  for (let tries = 0; ; tries++) {
    if (tries === 1) onWait();
    try {
      return await NativeConnection.connect(options);
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`Temporal at ${address} does not answer`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** gRPC status codes that mean that Temporal, not the request, is the trouble. */
const awayCodes = new Set([
  1 /* cancelled */, 4 /* deadline */, 8 /* exhausted */, 13 /* internal */, 14 /* unavailable */,
]);
const NOT_FOUND = 5;

/** The status code of a gRPC error, also when it comes wrapped; null of other errors. */
export function grpcCode(error: unknown): number | null {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof Error && error.cause !== undefined ? grpcCode(error.cause) : null;
}

export const isNotFound = (error: unknown): boolean => grpcCode(error) === NOT_FOUND;

/** Temporal did not answer just now: who reads within this time is told so at once. */
const AWAY_MS = 1000;
const awayUntil = new WeakMap<Client, number>();

/**
 * Changes something in Temporal, within a deadline; when no answer comes, `temporal_unavailable`. The client retries
 * within the deadline. Other errors pass through.
 */
export async function tell<T>(client: Client, deadlineMs: number, call: () => Promise<T>): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + deadlineMs, call);
  } catch (error) {
    if (error instanceof NamespaceNotFoundError) {
      const message = `Temporal has no namespace "${error.namespace}"; its administrator can create it`;
      throw new DarkroomError('temporal_unavailable', message, { cause: error });
    }
    const code = grpcCode(error);
    if (code === null || !awayCodes.has(code)) throw error;
    awayUntil.set(client, Date.now() + AWAY_MS);
    throw away(error);
  }
}

/** Reads from Temporal, likewise; gives up at once when it did not answer a moment ago, since readers can be told what the store knows. */
export async function ask<T>(client: Client, deadlineMs: number, call: () => Promise<T>): Promise<T> {
  if (Date.now() < (awayUntil.get(client) ?? 0)) throw away();
  return tell(client, deadlineMs, call);
}

const away = (cause?: unknown): DarkroomError =>
  new DarkroomError('temporal_unavailable', 'Temporal does not answer; try again in a few seconds', {
    cause,
  });
