/** The program of a process that runs one activity, for `run-alone.ts`. */
import { jobActivities } from '../../activities/job-activities.ts';
import { preferForOutOfMemory } from '../../operations/lib/process-group.ts';
import { composeWorker, type Overrides } from '../compose.ts';
import { readConfig } from '../config/config.ts';
import type { LogMessage } from '../jobs/model/job-log.ts';
import { openParentChannel } from '../lib/child-channel.ts';
import { toErrorMessage } from '../lib/error-message.ts';
import { createClient, targetFromEnvironment } from '../temporal/connection.ts';
import type { ActivityMessage, ActivityRequest } from './run-alone.ts';

/** The kernel kills this process before others. */
const MAX_OOM_SCORE = 1000;

/** Milliseconds between two messages that the event loop is not blocked. */
const ALIVE_MS = 500;

/** Runs the activity that the parent process asks for, and ends the process. */
export function runActivityProcess(overrides: Overrides = {}): void {
  preferForOutOfMemory(process.pid, MAX_OOM_SCORE);
  const stop = new AbortController();
  let hasRequest = false;
  const send: Send = openParentChannel<ActivityMessage, ActivityRequest>({
    onMessage: (request) => {
      if (hasRequest) return stop.abort();
      hasRequest = true;
      void runActivity(request, overrides, stop.signal, send).then((message) =>
        send(message, () => process.exit()),
      );
    },
    onEnd: () => process.exit(1),
  });
  setInterval(() => send({ isAlive: true }), ALIVE_MS);
}

type Send = (message: ActivityMessage, sent?: () => void) => void;

async function runActivity(
  { name, input, scratch, temporalAddress, ...attempt }: ActivityRequest,
  overrides: Overrides,
  signal: AbortSignal,
  send: Send,
): Promise<ActivityMessage> {
  try {
    const config = readConfig(process.env, { listens: false });
    const target = { ...targetFromEnvironment(), address: temporalAddress };
    // No activity uses the client.
    const client = createClient(target);
    const { dependencies } = await composeWorker(config, { client, target, scratch }, overrides);
    const work = jobActivities[name as keyof typeof jobActivities] as (
      ...given: unknown[]
    ) => Promise<unknown>;
    const report = (progress: object) => send({ progress });
    const log = (message: string, fields: object) => send({ log: message, fields: { ...fields } });
    const record = (message: LogMessage) => send({ record: message });
    return { result: await work(dependencies, input, { ...attempt, signal, report, log, record }) };
  } catch (error) {
    return { error: toErrorMessage(error) };
  }
}

if (process.argv[1] === import.meta.filename) runActivityProcess();
