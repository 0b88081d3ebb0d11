/** One process of the embedded server: started, watched until it answers, stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { serverArguments, serverEnvironment } from './command.ts';
import { boundLogFile, logSince, logSize, tellingLines, withLogFile } from './log-file.ts';
import { GRACE_MS, removePidFile, writePidFile } from './orphan.ts';

const READY_MS = 60_000;
const POLL_MS = 50;
/** Milliseconds after which a running server that answers counts as started, even without the expected log line. */
const ANNOUNCE_MS = 10_000;

export interface Place {
  readonly binary: string;
  readonly database: string;
  readonly logFile: string;
  readonly pidFile: string;
  /** To listen on. */
  readonly ip: string;
  readonly port: number;
  /** To be reached at: host:port. */
  readonly address: string;
}

export interface Instance {
  readonly pid: number;
  /** Settles when the process is gone, with how it ended. Never rejects. */
  readonly ended: Promise<string>;
  /** Resolves when the server answers; rejects, with the end of its log, when it ends before or takes over a minute. */
  readonly ready: Promise<void>;
  /** Resolves when the process is gone. */
  stop(): Promise<void>;
}

/** Throws when the binary cannot be run at all. */
export async function startInstance(place: Place): Promise<Instance> {
  const { binary, database, logFile, pidFile, ip, port, address } = place;
  await boundLogFile(logFile);
  const logStart = await logSize(logFile);
  const child = withLogFile(logFile, (descriptor) =>
    spawn(binary, serverArguments(database, ip, port), {
      env: serverEnvironment(process.env),
      stdio: ['ignore', descriptor, descriptor],
      // A process group of its own: Ctrl-C in a terminal reaches us alone, and we stop it last.
      detached: true,
    }),
  );
  const { pid } = child;
  if (pid === undefined) {
    const error = await new Promise<Error>((resolve) => void child.once('error', resolve));
    throw new Error(`Temporal cannot be run: ${error.message}`, { cause: error });
  }
  writePidFile(pidFile, pid, address);
  // For exits that skip `stop`. After kill -9, the next start finds the process by the file.
  const last = (): boolean => child.kill('SIGTERM');
  process.once('exit', last);
  const ended = new Promise<string>((resolve) => {
    child.on('error', () => {});
    child.once('exit', (code, signal) => {
      process.removeListener('exit', last);
      removePidFile(pidFile, pid);
      resolve(signal ?? `exit code ${code}`);
    });
  });
  const logged = (): Promise<string> => logSince(logFile, logStart);
  const ready = waitUntilReady(child, address, logged);
  // Prevents an unhandled rejection where nobody awaits the promise.
  ready.catch(() => {});
  return { pid, ended, ready, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  const force = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(force);
}

/**
 * That something answers at the address is not enough: it may be another server, which was faster to take the port, and
 * ours is about to end for it. Once ours has all its ports it says so in its log.
 */
async function waitUntilReady(
  child: ChildProcess,
  address: string,
  logged: () => Promise<string>,
): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`Temporal ended as it started. It said last:\n${tellingLines(await logged())}`);
    }
    const announced = /^(Temporal )?Server:\s+\S+:\d+/m.test(await logged());
    const overdue = Date.now() > deadline - READY_MS + ANNOUNCE_MS;
    if ((announced || overdue) && (await answers(address))) return;
    await sleep(POLL_MS);
  }
  throw new Error(
    `Temporal did not answer within ${READY_MS / 1000} s. It said last:\n${tellingLines(await logged())}`,
  );
}

async function answers(address: string): Promise<boolean> {
  const connection = Connection.lazy({ address });
  try {
    await connection.withDeadline(Date.now() + 2_000, () =>
      connection.workflowService.describeNamespace({ namespace: 'default' }),
    );
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}
