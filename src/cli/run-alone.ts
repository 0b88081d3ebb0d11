/** Runs a step in a process of its own, which may die without harm to other steps. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ActivityRun } from '../../activities/activity-run.ts';
import type { RunAlone } from '../../activities/run-alone.ts';
import type { Heartbeat } from '../../activities/types.ts';
import { killWithParent } from '../../operations/lib/process-group.ts';
import { DarkroomError } from '../errors.ts';
import { type ErrorMessage, fromErrorMessage } from '../lib/error-message.ts';
import { builtRoot } from '../lib/resources.ts';
import { Watchdog } from '../lib/watchdog.ts';

/** From the request to stop to SIGKILL. */
const STOP_MS = 10_000;

/** From the start to the first message, at most. */
const START_MS = 60_000;

/** The first message to the process; the second, if any, asks it to stop. */
export interface StepRequest extends Pick<ActivityRun, 'startedAt' | 'attempt' | 'lastAttempt' | 'earlier'> {
  readonly name: string;
  readonly input: unknown;
  readonly scratch: string;
  /** Address of Temporal. Assets cannot be downloaded from it. */
  readonly temporalAddress: string;
}

/** A message of the process. The last one is a result or an error. */
export type StepMessage =
  | { readonly isAlive: true }
  | { readonly progress: Partial<Heartbeat> }
  | { readonly log: string; readonly fields: object }
  | { readonly result: unknown }
  | { readonly error: ErrorMessage };

const stepProcess = fileURLToPath(new URL('src/cli/step-process.js', builtRoot));

/**
 * @param workDir Directory for the scratch directories of the processes.
 * @param unresponsiveMs A process that sends nothing for this many milliseconds is killed.
 * @param module Path of the program; tests have one with operations of their own.
 */
export const createRunAlone =
  (workDir: string, temporalAddress: string, unresponsiveMs: number, module = stepProcess): RunAlone =>
  async <Result>(name: string, input: unknown, activity: ActivityRun) => {
    const scratch = join(workDir, randomUUID());
    await mkdir(scratch, { recursive: true });
    const { startedAt, attempt, lastAttempt, earlier } = activity;
    try {
      const request = { name, input, scratch, temporalAddress, startedAt, attempt, lastAttempt, earlier };
      return await runProcess<Result>(module, request, unresponsiveMs, activity);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  };

const runProcess = <Result>(
  module: string,
  request: StepRequest,
  unresponsiveMs: number,
  activity: ActivityRun,
): Promise<Result> =>
  new Promise((resolve, reject) => {
    const { signal } = activity;
    signal.throwIfAborted();
    const [program = '', ...args] = killWithParent([process.execPath, module]);
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    let kill: NodeJS.Timeout | undefined;
    const stop = () => {
      child.send({ stop: true }, () => undefined);
      kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    };
    signal.addEventListener('abort', stop, { once: true });
    let isUnresponsive = false;
    const killUnlessFed = (limitMs: number) =>
      new Watchdog(limitMs, () => {
        isUnresponsive = true;
        child.kill('SIGKILL');
      });
    let watchdog = killUnlessFed(Math.max(START_MS, unresponsiveMs));
    child.once('message', () => {
      watchdog.stop();
      watchdog = killUnlessFed(unresponsiveMs);
    });
    child.on('message', (message: StepMessage) => {
      watchdog.feed();
      if ('isAlive' in message) return;
      if ('progress' in message) activity.report(message.progress);
      else if ('log' in message) activity.log(message.log, message.fields);
      else if ('result' in message) resolve(message.result as Result);
      else reject(fromErrorMessage(message.error));
    });
    child.once('error', reject);
    child.once('exit', (code, killedBy) => {
      clearTimeout(kill);
      watchdog.stop();
      signal.removeEventListener('abort', stop);
      const how = isUnresponsive
        ? `did not respond for ${unresponsiveMs / 1000} s`
        : killedBy
          ? `was ended by ${killedBy}. It may need more memory than the worker has`
          : `ended with code ${code}`;
      reject(signal.aborted ? signal.reason : new DarkroomError('worker_lost', `its process ${how}`));
    });
    child.send(request, () => undefined);
  });
