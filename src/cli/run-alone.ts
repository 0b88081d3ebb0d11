/** Runs a step in a process of its own, which may die without harm to other steps. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { ActivityRun } from '../../activities/activity-run.ts';
import type { RunAlone } from '../../activities/run-alone.ts';
import type { Heartbeat } from '../../activities/types.ts';
import { killWithParent } from '../../operations/lib/process-group.ts';
import { DarkroomError } from '../errors.ts';
import { logMessage } from '../jobs/model/job-log.ts';
import { ChildChannel } from '../lib/child-channel.ts';
import { errorMessage, fromErrorMessage } from '../lib/error-message.ts';
import { builtRoot } from '../lib/resources.ts';
import { Watchdog } from '../lib/watchdog.ts';

/** From the request to stop to SIGKILL. */
const STOP_MS = 10_000;

/** From the start to the first message, at most. */
const START_MS = 60_000;

type Attempt = 'startedAt' | 'scheduledAt' | 'attempt' | 'lastAttempt' | 'earlier';

/** The first message to the process; the second, if any, asks it to stop. */
export interface StepRequest extends Pick<ActivityRun, Attempt> {
  readonly name: string;
  readonly input: unknown;
  readonly scratch: string;
  /** Address of Temporal. Assets cannot be downloaded from it. */
  readonly temporalAddress: string;
}

/** A message of the process. The last one is a result or an error. */
const stepMessage = z.union([
  z.strictObject({ isAlive: z.literal(true) }),
  z.strictObject({
    progress: z.custom<Partial<Heartbeat>>((value) => typeof value === 'object' && value !== null),
  }),
  z.strictObject({ log: z.string(), fields: z.record(z.string(), z.unknown()) }),
  z.strictObject({ record: logMessage }),
  z.strictObject({ error: errorMessage }),
  // Undefined is left out of JSON.
  z.strictObject({ result: z.unknown().optional() }),
]);

export type StepMessage = z.infer<typeof stepMessage>;

const stepProcess = fileURLToPath(new URL('src/cli/step-process.js', builtRoot));

interface AloneOptions {
  /** A process that sends nothing for so many milliseconds is killed. */
  readonly unresponsiveMs: number;
  /** Milliseconds that the start may take, if they are more. */
  readonly startMs?: number;
  /** Path of the program; tests have others. */
  readonly module?: string;
}

/** @param workDir Directory for the scratch directories of the processes. */
export const createRunAlone =
  (workDir: string, temporalAddress: string, options: AloneOptions): RunAlone =>
  async <Result>(name: string, input: unknown, activity: ActivityRun) => {
    const scratch = join(workDir, randomUUID());
    await mkdir(scratch, { recursive: true });
    const { startedAt, scheduledAt, attempt, lastAttempt, earlier } = activity;
    try {
      const known = { startedAt, scheduledAt, attempt, lastAttempt, earlier };
      const request = { name, input, scratch, temporalAddress, ...known };
      return await runProcess<Result>(request, options, activity);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  };

const runProcess = <Result>(
  request: StepRequest,
  { unresponsiveMs, startMs = START_MS, module = stepProcess }: AloneOptions,
  activity: ActivityRun,
): Promise<Result> =>
  new Promise((resolve, reject) => {
    const { signal } = activity;
    signal.throwIfAborted();
    const [program = '', ...args] = killWithParent([process.execPath, module]);
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
    let kill: NodeJS.Timeout | undefined;
    const stop = () => {
      channel.send({ stop: true });
      kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    };
    signal.addEventListener('abort', stop, { once: true });
    let fault: string | null = null;
    const killFor = (what: string) => {
      fault ??= what;
      child.kill('SIGKILL');
    };
    const killUnlessFed = (limitMs: number) =>
      new Watchdog(limitMs, () => killFor(`did not respond for ${unresponsiveMs / 1000} s`));
    let watchdog = killUnlessFed(Math.max(startMs, unresponsiveMs));
    let hasStarted = false;
    const channel = new ChildChannel<StepMessage>(child, {
      schema: stepMessage,
      onMessage: (message) => {
        if (!hasStarted) {
          watchdog.stop();
          watchdog = killUnlessFed(unresponsiveMs);
          hasStarted = true;
        }
        watchdog.feed();
        if ('isAlive' in message) return;
        if ('progress' in message) activity.report(message.progress);
        else if ('log' in message) activity.log(message.log, message.fields);
        else if ('record' in message) activity.record(message.record);
        else if ('error' in message) reject(fromErrorMessage(message.error));
        else resolve(message.result as Result);
      },
      onFault: killFor,
    });
    child.once('error', reject);
    child.once('exit', (code, killedBy) => {
      clearTimeout(kill);
      watchdog.stop();
      signal.removeEventListener('abort', stop);
      const end = killedBy
        ? `was ended by ${killedBy}. It may need more memory than the worker has`
        : `ended with code ${code}`;
      const how = fault ?? end;
      reject(signal.aborted ? signal.reason : new DarkroomError('worker_lost', `its process ${how}`));
    });
    channel.send(request);
  });
