/**
 * The messages that running workflows accept, under the names that Temporal's Web UI and CLI show. People may send them by hand, so
 * each is checked: an invalid signal is ignored and logged, an invalid update is rejected.
 */
import { defaultPayloadConverter, type Payload, type RawValue, rawValueTypeInfo } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate, log, setHandler } from '@temporalio/workflow';
import type { AssetsTaken, JobStatus, MoreAssets } from '../src/jobs/model/run-input.ts';

/** A signal with at most one argument. */
interface Signal<T> {
  readonly name: string;
  /** Shown in the Web UI. */
  readonly description: string;
  /** What the argument has to be; part of the log entry of an ignored signal. */
  readonly expected: string;
  accepts(argument: unknown): argument is T;
}

export const cancel: Signal<string | undefined> = {
  name: 'cancel',
  description:
    'Stops the work, cleans up, and ends the job as cancelled. Argument: the reason, a text (optional).',
  expected: 'no argument, or a text of at most 1,000 characters',
  accepts: (reason): reason is string | undefined =>
    reason === undefined || (typeof reason === 'string' && reason.length <= 1000),
};

export const pause = signalWithoutArgument(
  'pause',
  'Lets running activities finish, and schedules no other until `resume`.',
);

export const resume = signalWithoutArgument('resume', 'Ends a pause.');

/** Sent by the first activity of a job once it has run for a moment. */
export const started: Signal<number> = {
  name: 'started',
  description: 'Sent by workers: the job left the queue. Argument: the time in milliseconds since the epoch.',
  expected: 'a time in milliseconds since the epoch',
  accepts: (startedAt): startedAt is number => Number.isFinite(startedAt),
};

/** Sent by the worker of the activity, or by its successor, which has read the journal. */
export const outlived: Signal<string> = {
  name: 'outlived',
  description:
    'Sent by workers: the heartbeats of an activity did not reach Temporal, and it is not to blame. Argument: the id of the activity.',
  expected: 'the id of an activity',
  accepts: (activityId) => typeof activityId === 'string',
};

export const attemptNow = signalWithoutArgument('attemptNow', 'Attempts the callback at once.');

function signalWithoutArgument(name: string, description: string): Signal<undefined> {
  const accepts = (argument: unknown): argument is undefined => argument === undefined;
  return { name, description, expected: 'no argument', accepts };
}

/** Payloads that cannot be decoded would fail the workflow task, so signals get them as they are: as many as anybody may send. */
const inputTypes = Array.from({ length: 100 }, () => rawValueTypeInfo);

/** Registers the handler of a signal. An invalid one has no effect: a handler that throws would stop the workflow. */
export function onSignal<T>(signal: Signal<T>, handle: (argument: T) => void): void {
  const { name, description, expected } = signal;
  const definition = defineSignal<RawValue[]>(name, { typeInfo: { inputTypes } });
  const handler = (...args: RawValue[]) => {
    const argument = decode(args[0]?.payload);
    if (signal.accepts(argument)) handle(argument);
    else log.warn('Ignored an invalid signal', { signal: name, expected });
  };
  setHandler(definition, handler, { description });
}

const undecodable = Symbol('undecodable');

/** JSON's null counts as no argument. */
function decode(payload: Payload | undefined): unknown {
  try {
    return (payload && defaultPayloadConverter.fromPayload(payload)) ?? undefined;
  } catch {
    return undecodable;
  }
}

export const status = defineQuery<JobStatus>('status');

/**
 * Adds assets to a job that waits for them. An update, since the sender must learn whether they were taken. A rejected call
 * fails with `input_closed`, `too_many_assets`, `idempotency_key_reused` or `invalid_request`; it takes none of its assets and leaves
 * no event.
 */
export const addAssets = defineUpdate<AssetsTaken, [MoreAssets]>('addAssets');

/** Returns what is wrong with the argument of `addAssets`; null: nothing. */
export function findMoreAssetsProblem(more: unknown): string | null {
  const { chunks, final } = (more ?? {}) as { [Name in keyof MoreAssets]?: unknown };
  if (!Array.isArray(chunks) || typeof final !== 'boolean')
    return 'The argument must be an object with "chunks", a list, and "final", true or false';
  const position = chunks.findIndex((chunk) => !isSealedChunk(chunk));
  return position === -1
    ? null
    : `chunks[${position}] must have "count", a positive integer, and "sealed", a text`;
}

function isSealedChunk(chunk: unknown): boolean {
  const { count, sealed } = (chunk ?? {}) as { count?: unknown; sealed?: unknown };
  return Number.isSafeInteger(count) && (count as number) > 0 && typeof sealed === 'string' && sealed !== '';
}
