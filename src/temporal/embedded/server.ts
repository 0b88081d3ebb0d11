/** The Temporal server of a darkroom that runs on one machine: one process on a SQLite file, restarted if it dies. */
import { mkdir, realpath } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { supervise } from '../../lib/supervise.ts';
import { type Instance, type Place, startInstance } from './instance.ts';
import { boundLogFile } from './log-file.ts';
import { reap } from './orphan.ts';
import { freePort } from './ports.ts';

/** A port that was free may be taken before the server binds it. */
const PORT_TRIES = 5;
const LOG_CHECK_MS = 60_000;

export interface EmbeddedOptions {
  /** Of Temporal's command-line tool; see `findTemporal`. */
  readonly binary: string;
  /** Made if it is not there. The caller has locked it: two servers on one database would ruin it. */
  readonly dataDir: string;
  /** To listen on. */
  readonly ip?: string;
  /** The next free port is used when it is taken; 0 for any. */
  readonly preferredPort?: number;
  readonly log: (message: string) => void;
}

export interface EmbeddedTemporal {
  /** host:port of the gRPC service; the same as long as this server is not stopped. */
  readonly address: string;
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  /** Resolves when no process is left. Calling it again does nothing. */
  stop(): Promise<void>;
}

/** Stops a server that a killed darkroom left running. The caller holds the lock of the directory. */
export async function reapOrphan(dataDir: string, log: (message: string) => void = () => {}): Promise<void> {
  const { pidFile, database } = await files(dataDir);
  await reap(pidFile, database, log);
}

/** Resolves once the server answers. Otherwise it stops the process and throws an Error that quotes the log. */
export async function startEmbeddedTemporal(options: EmbeddedOptions): Promise<EmbeddedTemporal> {
  await reapOrphan(options.dataDir, options.log);
  for (let attempt = 1; ; attempt++) {
    const place = await choosePlace(options);
    const instance = await startInstance(place);
    try {
      await instance.ready;
      return keepRunning(place, instance, options.log);
    } catch (error) {
      await instance.stop();
      if (attempt === PORT_TRIES || !/address already in use/.test(String(error))) throw error;
    }
  }
}

/** The database path in the command line identifies the process, so each file needs one canonical name. */
async function files(dataDir: string): Promise<Pick<Place, 'database' | 'logFile' | 'pidFile'>> {
  await mkdir(dataDir, { recursive: true });
  const real = await realpath(dataDir);
  return {
    database: join(real, 'temporal.db'),
    logFile: join(real, 'temporal.log'),
    pidFile: join(real, 'temporal.pid'),
  };
}

async function choosePlace(options: EmbeddedOptions): Promise<Place> {
  const { binary, dataDir, ip = '127.0.0.1', preferredPort = 7233 } = options;
  const port = await freePort(ip, preferredPort);
  return { ...(await files(dataDir)), binary, ip, port, address: reachable(ip, port) };
}

/** Clients cannot connect to the unspecified address; they use loopback instead. */
function reachable(ip: string, port: number): string {
  const host = ip === '0.0.0.0' ? '127.0.0.1' : ip === '::' ? '::1' : ip;
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

function keepRunning(place: Place, first: Instance, log: (message: string) => void): EmbeddedTemporal {
  let instance = first;
  let isFirst = true;
  let stopping: Promise<void> | null = null;
  const halt = new AbortController();

  /** Resolves with how the process ended, or why it could not start. */
  const run = async (): Promise<string> => {
    if (!isFirst) {
      try {
        instance = await startInstance(place);
      } catch (error) {
        return String(error);
      }
      logReadiness(instance);
    }
    isFirst = false;
    return instance.ended;
  };
  const logReadiness = ({ pid, ready, stop }: Instance): void => {
    ready.then(
      () => log(`Temporal (process ${pid}) is back at ${place.address}`),
      (error: unknown) => {
        if (halt.signal.aborted) return;
        log(String(error));
        // Stops a process that runs but does not answer, so that a new one starts.
        void stop();
      },
    );
  };
  const supervision = supervise(run, {
    signal: halt.signal,
    onRestart: (how, delayMs) =>
      log(`Temporal (process ${instance.pid}) ended unexpectedly: ${how}. It restarts in ${delayMs} ms`),
  });
  const logCheck = setInterval(() => void boundLogFile(place.logFile).catch(() => {}), LOG_CHECK_MS).unref();

  const stop = async (): Promise<void> => {
    halt.abort();
    clearInterval(logCheck);
    await instance.stop();
    await supervision;
    // A restart may have been in progress.
    await instance.stop();
  };
  return {
    address: place.address,
    get pid() {
      return instance.pid;
    },
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
