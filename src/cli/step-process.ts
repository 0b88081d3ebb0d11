/** The program of a process that runs one step, for `run-alone.ts`. */
import { steps } from '../../activities/steps.ts';
import { preferForOutOfMemory } from '../../operations/lib/process-group.ts';
import { composeWorker, type Overrides } from '../compose.ts';
import { readConfig } from '../config/config.ts';
import type { LogMessage } from '../jobs/model/job-log.ts';
import { openParentChannel } from '../lib/child-channel.ts';
import { toErrorMessage } from '../lib/error-message.ts';
import { createClient, targetFromEnvironment } from '../temporal/connection.ts';
import type { StepMessage, StepRequest } from './run-alone.ts';

/** The kernel kills this process before others. */
const MAX_OOM_SCORE = 1000;

/** Milliseconds between two messages that the event loop is not blocked. */
const ALIVE_MS = 500;

/** Runs the step that the parent process asks for, and ends the process. */
export function runStepProcess(overrides: Overrides = {}): void {
  preferForOutOfMemory(process.pid, MAX_OOM_SCORE);
  const stop = new AbortController();
  let hasRequest = false;
  const send: Send = openParentChannel<StepMessage, StepRequest>({
    onMessage: (request) => {
      if (hasRequest) return stop.abort();
      hasRequest = true;
      void runStep(request, overrides, stop.signal, send).then((message) =>
        send(message, () => process.exit()),
      );
    },
    onEnd: () => process.exit(1),
  });
  setInterval(() => send({ isAlive: true }), ALIVE_MS);
}

type Send = (message: StepMessage, sent?: () => void) => void;

async function runStep(
  { name, input, scratch, temporalAddress, ...attempt }: StepRequest,
  overrides: Overrides,
  signal: AbortSignal,
  send: Send,
): Promise<StepMessage> {
  try {
    const config = readConfig(process.env, { listens: false });
    const target = { ...targetFromEnvironment(), address: temporalAddress };
    // No step uses the client.
    const client = createClient(target);
    const { dependencies } = await composeWorker(config, { client, target, scratch }, overrides);
    const step = steps[name as keyof typeof steps] as (...given: unknown[]) => Promise<unknown>;
    const report = (progress: object) => send({ progress });
    const log = (message: string, fields: object) => send({ log: message, fields: { ...fields } });
    const record = (message: LogMessage) => send({ record: message });
    return { result: await step(dependencies, input, { ...attempt, signal, report, log, record }) };
  } catch (error) {
    return { error: toErrorMessage(error) };
  }
}

if (process.argv[1] === import.meta.filename) runStepProcess();
