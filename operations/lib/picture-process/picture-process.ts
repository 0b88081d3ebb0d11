/** One picture process: a sandboxed child process, which runs one task after the other. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DarkroomError } from '../../../src/errors.ts';
import { ChildChannel } from '../../../src/lib/child-channel.ts';
import { fromErrorMessage } from '../../../src/lib/error-message.ts';
import { findFamily } from '../../../src/lib/process-family.ts';
import { MAX_FILE, MAX_STDERR, preferForOutOfMemory } from '../process-group.ts';
import { sumPrivateBytes } from '../process-memory.ts';
import { nameExit, type Sandbox } from '../sandbox/sandbox.ts';
import { code, compiledModule, entry } from './code.ts';
import { crashed, misbehaved, overMemory, overTime } from './failure.ts';
import { kernelLimit, type TaskLimits } from './limits.ts';
import { type RequestMessage, type TaskMessage, taskMessage } from './messages.ts';
import type { TaskOptions } from './pictures.ts';
import { placeFile } from './place-file.ts';
import type { PictureTask } from './task.ts';

/** Milliseconds between two checks of memory and time. */
const CHECK_MS = 100;

/** Bytes that a process may hold after a task. One that holds more is replaced. */
const MAX_IDLE_BYTES = 400 * 2 ** 20;

/** Node with sharp starts in half a second. The rest is for machines under load. */
const START_MS = 60_000;

/** Characters of standard error. */
const MAX_NOISE = 64 * 2 ** 20;

/** Linux kills these processes before the worker. */
const OOM_SCORE = 800;

export interface ProcessOptions {
  readonly sandbox: Sandbox;
  /** A directory for this process alone, which does not exist yet. */
  readonly directory: string;
  readonly limits: TaskLimits;
  /** Milliseconds that the start may take. */
  readonly startMs?: number;
}

export class PictureProcess {
  /** Results of the current task. */
  readonly folder: string;
  /** Whose pictures it has seen; null for none. */
  tenant: string | null = null;
  /** Tasks that it has run. */
  uses = 0;
  /** The end of its standard error. */
  stderr = '';
  readonly #inputs: string;
  readonly #directory: string;
  readonly #limits: TaskLimits;
  readonly #child: ChildProcess;
  readonly #channel: ChildChannel<TaskMessage>;
  /** Resolves with the signal or exit code. */
  readonly #ended: Promise<string>;
  readonly #ready: Promise<void>;
  /** Process ids: of the sandbox and of Node. */
  #family: readonly number[] = [];
  #onMessage: (message: TaskMessage) => void = () => undefined;
  #hasEnded = false;
  /** Why it was killed, if it did what no process may do. Completes "The process …". */
  #fault: string | null = null;

  /** Starts the process. */
  constructor({ sandbox, directory, limits, startMs = START_MS }: ProcessOptions) {
    this.#directory = directory;
    this.#limits = limits;
    this.#inputs = join(directory, 'in');
    this.folder = join(directory, 'out');
    for (const folder of [this.#inputs, this.folder]) mkdirSync(folder, { recursive: true });
    const [program = '', ...args] = sandbox.wrap([process.execPath, entry], {
      readable: [...code, this.#inputs],
      writable: [this.folder],
      network: false,
      limits: { data: kernelLimit(limits), file: MAX_FILE },
    });
    const fonts = process.env['FONTCONFIG_FILE'];
    this.#child = spawn(program, args, {
      cwd: this.folder,
      env: fonts === undefined ? {} : { FONTCONFIG_FILE: fonts },
      // A group of its own: Ctrl-C reaches only the worker, which ends its tasks in order.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', () => resolve('no start'));
      this.#child.once('exit', (exitCode, signal) => resolve(String(nameExit(exitCode, signal))));
    });
    void this.#ended.then(() => {
      this.#hasEnded = true;
    });
    this.#ready = new Promise((resolve, reject) => {
      const late = setTimeout(() => this.#stop(`did not start within ${startMs / 1000} s`), startMs).unref();
      this.#onMessage = (message) => {
        if (!('ready' in message)) return;
        clearTimeout(late);
        resolve();
      };
      void this.#ended.then((ending) => {
        clearTimeout(late);
        reject(this.#startError(ending));
      });
    });
    this.#ready.catch(() => undefined);
    this.#channel = new ChildChannel(this.#child, {
      schema: taskMessage,
      onMessage: (message) => this.#onMessage(message),
      onFault: (fault) => this.#stop(fault),
    });
    let noise = 0;
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-MAX_STDERR);
      noise += text.length;
      if (noise > MAX_NOISE) this.#stop(`wrote more than ${MAX_NOISE} characters to standard error`);
    });
    preferForOutOfMemory(this.#child.pid, OOM_SCORE);
    this.#holdWorker(false);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isAlive(): boolean {
    return !this.#hasEnded;
  }

  /** Whether it holds little memory, so that it can wait for the next task. */
  get isLight(): boolean {
    return sumPrivateBytes(this.#family) <= MAX_IDLE_BYTES;
  }

  /**
   * Runs one task. Its results are in `folder` until `clean` is called.
   *
   * @throws {PictureFailure} When it exceeded a limit or the process died. Then no process is left.
   * @throws The error of the task; the signal's reason, once no process is left; or `operation_failed_for_now` if it does not start.
   */
  async run<Request, Facts>(
    { module }: PictureTask<Request, Facts>,
    request: Request,
    { files, signal, report, note }: TaskOptions,
  ): Promise<Facts> {
    this.uses++;
    this.#holdWorker(true);
    const paths = await Promise.all(
      files.map((path, index) => placeFile(path, join(this.#inputs, String(index)))),
    );
    await this.#untilReady(signal);
    if (this.#family.length === 0) this.#family = await findFamily(this.#child.pid);
    let stopWatching = () => {};
    try {
      let pixels = 0;
      const message = await new Promise<TaskMessage>((resolve, reject) => {
        let isStopped = false;
        const stop = (reason: () => unknown) => {
          isStopped = true;
          void this.kill().then(() => reject(reason() as Error));
        };
        const abort = () => stop(() => signal.reason);
        const watch = this.#watchLimits(() => pixels, stop);
        stopWatching = () => {
          clearInterval(watch);
          signal.removeEventListener('abort', abort);
        };
        signal.addEventListener('abort', abort, { once: true });
        if (signal.aborted) abort();
        this.#onMessage = (answer) => {
          if ('facts' in answer || 'error' in answer) resolve(answer);
          else if ('progress' in answer) report(answer.progress, answer.detail);
          else if ('pixels' in answer) pixels = answer.pixels;
          else if ('note' in answer) {
            const [name, text, index] = answer.note;
            note(name, text, index === null ? undefined : { index });
          }
        };
        void this.#ended.then((ending) => {
          if (!isStopped) reject(this.#fault === null ? crashed(ending) : misbehaved(this.#fault));
        });
        const order: RequestMessage = {
          module: compiledModule(module),
          request,
          files: paths,
          folder: this.folder,
        };
        // The process may have ended by now, which `#ended` reports.
        this.#channel.send(order);
      });
      if ('error' in message)
        throw message.error.isOutOfMemory
          ? overMemory(this.#limits.memory(pixels), pixels)
          : fromErrorMessage(message.error);
      await this.#refuseSpecialFiles();
      return ('facts' in message ? message.facts : null) as Facts;
    } finally {
      stopWatching();
      this.#onMessage = () => undefined;
      this.#holdWorker(false);
    }
  }

  /** Deletes the files of the last task. */
  async clean(): Promise<void> {
    for (const folder of [this.#inputs, this.folder])
      for (const name of await readdir(folder))
        await rm(join(folder, name), { recursive: true, force: true });
  }

  /** Kills the process, and deletes its files. */
  async kill(): Promise<void> {
    this.#holdWorker(true);
    this.#child.kill('SIGKILL');
    await this.#ended;
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** An idle process does not keep the worker alive. */
  #holdWorker(isHeld: boolean): void {
    this.#channel.hold(isHeld);
    for (const handle of [this.#child, this.#child.stderr as Partial<NodeJS.RefCounted> | null])
      isHeld ? handle?.ref?.() : handle?.unref?.();
  }

  #stop(fault: string): void {
    this.#fault ??= fault;
    this.#child.kill('SIGKILL');
  }

  async #untilReady(signal: AbortSignal): Promise<void> {
    const abort = () => void this.#child.kill('SIGKILL');
    signal.addEventListener('abort', abort, { once: true });
    try {
      if (signal.aborted) abort();
      await this.#ready;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #watchLimits(readPixels: () => number, stop: (reason: () => unknown) => void): NodeJS.Timeout {
    const started = Date.now();
    return setInterval(() => {
      const pixels = readPixels();
      const [memory, seconds] = [this.#limits.memory(pixels), this.#limits.seconds(pixels)];
      if (sumPrivateBytes(this.#family) > memory) stop(() => overMemory(memory, pixels));
      else if (Date.now() - started > 1000 * seconds) stop(() => overTime(seconds, pixels));
    }, CHECK_MS);
  }

  /** A symbolic link could lead to any file of the worker. */
  async #refuseSpecialFiles(): Promise<void> {
    const entries = await readdir(this.folder, { withFileTypes: true });
    const special = entries.find((file) => !file.isFile() && !file.isDirectory());
    if (special) throw new Error(`A picture process left "${special.name}", which is no regular file`);
  }

  #startError(ending: string): DarkroomError {
    const message = `A process for pictures could not be started (${this.#fault ?? ending})`;
    return new DarkroomError('operation_failed_for_now', message, { cause: new Error(this.stderr) });
  }
}
