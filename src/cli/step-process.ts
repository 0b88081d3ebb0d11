/** The program of a process that runs one step, for `run-alone.ts`. */
import { writeFileSync } from 'node:fs';
import { steps } from '../../activities/steps.ts';
import { composeWorker, type Overrides } from '../compose.ts';
import { readConfig } from '../config/config.ts';
import { DarkroomError } from '../errors.ts';
import { createClient, targetFromEnvironment } from '../temporal/connection.ts';
import type { StepMessage, StepRequest } from './run-alone.ts';

/** Runs the step that the parent process asks for, and ends the process. */
export function runStepProcess(overrides: Overrides = {}): void {
  preferForOutOfMemory();
  const stop = new AbortController();
  process.once('disconnect', () => process.exit(1));
  process.once('message', (request: StepRequest) => {
    process.once('message', () => stop.abort());
    void runStep(request, overrides, stop.signal).then((message) => send(message, () => process.exit()));
  });
}

async function runStep(
  { name, input, scratch, temporalAddress, ...attempt }: StepRequest,
  overrides: Overrides,
  signal: AbortSignal,
): Promise<StepMessage> {
  try {
    const config = readConfig(process.env, { listens: false });
    const target = { ...targetFromEnvironment(), address: temporalAddress };
    // No step uses the client.
    const client = createClient(target);
    const { dependencies } = await composeWorker(config, { client, target, scratch }, overrides);
    const step = steps[name as keyof typeof steps] as (...given: unknown[]) => Promise<unknown>;
    const report = (progress: object) => send({ progress });
    const log = (message: string, fields: object) => send({ log: message, fields });
    return { result: await step(dependencies, input, { ...attempt, signal, report, log }) };
  } catch (error) {
    const { message, stack } = error as Error;
    const known = error instanceof DarkroomError ? error : null;
    return { error: { code: known?.code ?? null, message, details: known?.details ?? null, stack } };
  }
}

const send = (message: StepMessage, sent: () => void = () => undefined): void => {
  process.send?.(message, sent);
};

/** If memory runs out, the kernel kills this process before others. */
function preferForOutOfMemory(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Not Linux.
  }
}

if (process.argv[1] === import.meta.filename) runStepProcess();
