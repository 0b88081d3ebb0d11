/** Runs a step in a process of its own, which may die without harm to other steps. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ActivityRun } from '../../activities/heartbeat.ts';
import type { RunAlone } from '../../activities/run-alone.ts';
import type { Heartbeat } from '../../activities/types.ts';
import { killWithParent } from '../../operations/lib/process-group.ts';
import { DarkroomError } from '../errors.ts';
import { type ErrorMessage, fromErrorMessage } from '../lib/error-message.ts';
import { builtRoot } from '../lib/resources.ts';

/** From the request to stop to SIGKILL. */
const STOP_MS = 10_000;

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
  | { readonly progress: Partial<Heartbeat> }
  | { readonly log: string; readonly fields: object }
  | { readonly result: unknown }
  | { readonly error: ErrorMessage };

const stepProcess = fileURLToPath(new URL('src/cli/step-process.js', builtRoot));

/**
 * @param workDir Directory for the scratch directories of the processes.
 * @param module Path of the program; tests have one with operations of their own.
 */
export const createRunAlone =
  (workDir: string, temporalAddress: string, module = stepProcess): RunAlone =>
  async <Result>(name: string, input: unknown, activity: ActivityRun) => {
    const scratch = join(workDir, randomUUID());
    await mkdir(scratch, { recursive: true });
    const { startedAt, attempt, lastAttempt, earlier } = activity;
    try {
      const request = { name, input, scratch, temporalAddress, startedAt, attempt, lastAttempt, earlier };
      return await runProcess<Result>(module, request, activity);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  };

const runProcess = <Result>(module: string, request: StepRequest, activity: ActivityRun): Promise<Result> =>
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
    child.on('message', (message: StepMessage) => {
      if ('progress' in message) activity.report(message.progress);
      else if ('log' in message) activity.log(message.log, message.fields);
      else if ('result' in message) resolve(message.result as Result);
      else reject(fromErrorMessage(message.error));
    });
    child.once('error', reject);
    child.once('exit', (code, killedBy) => {
      clearTimeout(kill);
      signal.removeEventListener('abort', stop);
      const how = killedBy ? `was ended by ${killedBy}` : `ended with code ${code}`;
      reject(signal.aborted ? signal.reason : new DarkroomError('worker_lost', `its process ${how}`));
    });
    child.send(request, () => undefined);
  });
