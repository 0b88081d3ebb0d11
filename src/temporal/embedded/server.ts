/** The Temporal server of a darkroom that runs on one machine: one process on a SQLite file, restarted if it dies. */
import { mkdir, realpath } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { ServerPorts } from './command.ts';
import { type Instance, type Place, startInstance } from './instance.ts';
import { boundLogFile } from './log-file.ts';
import { reap } from './orphan.ts';
import { freePort } from './ports.ts';

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;
/** A server that ran this long was well; its end is no reason to wait. */
const WELL_MS = 30_000;
/** Ports that were free may be taken by the time the server wants them. */
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
  readonly preferredUiPort?: number;
  readonly log: (message: string) => void;
}

export interface EmbeddedTemporal {
  /** host:port of the gRPC service; the same as long as this server is not stopped. */
  readonly address: string;
  /** Of Temporal's Web UI. */
  readonly uiUrl: string;
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  /** Resolves when no process is left. Calling it again does nothing. */
  stop(): Promise<void>;
}

/** Ends a server that was left running by a darkroom that was killed; the caller has locked the directory. */
export async function reapOrphan(dataDir: string, log: (message: string) => void = () => {}): Promise<void> {
  const { pidFile, database } = await files(dataDir);
  await reap(pidFile, database, log);
}

/** Resolves once the server answers. Throws, leaving no process, an Error that quotes its log if it does not. */
export async function startEmbeddedTemporal(options: EmbeddedOptions): Promise<EmbeddedTemporal> {
  await reapOrphan(options.dataDir, options.log);
  for (let attempt = 1; ; attempt++) {
    const place = await choosePlace(options);
    const instance = await startInstance(place);
    try {
      await instance.ready;
      return supervise(place, instance, options.log);
    } catch (error) {
      await instance.stop();
      if (attempt === PORT_TRIES || !/address already in use/.test(String(error))) throw error;
    }
  }
}

/** The database's path stands in the process's command line, by which it is known again: one name for each file. */
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
  const { binary, dataDir, ip = '127.0.0.1', preferredPort = 7233, preferredUiPort = 8233 } = options;
  const grpc = await freePort(ip, preferredPort);
  const ports: ServerPorts = { grpc, ui: await freePort(ip, preferredUiPort, [grpc]) };
  return { ...(await files(dataDir)), binary, ip, ports, address: reachable(ip, grpc) };
}

/** The unspecified address is for listening; we connect to loopback then. */
function reachable(ip: string, port: number): string {
  const host = ip === '0.0.0.0' ? '127.0.0.1' : ip === '::' ? '::1' : ip;
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

function supervise(place: Place, first: Instance, log: (message: string) => void): EmbeddedTemporal {
  let instance = first;
  let stopping: Promise<void> | null = null;
  let delay = FIRST_DELAY_MS;
  const halt = new AbortController();

  const watch = async (): Promise<void> => {
    while (!halt.signal.aborted) {
      const since = Date.now();
      const how = await instance.ended;
      if (halt.signal.aborted) return;
      if (Date.now() - since > WELL_MS) delay = FIRST_DELAY_MS;
      log(`Temporal (process ${instance.pid}) ended unasked: ${how}. It is started again in ${delay} ms`);
      await pause(delay, halt.signal);
      delay = Math.min(delay * 2, LONGEST_DELAY_MS);
      if (!halt.signal.aborted) await restart();
    }
  };
  const restart = async (): Promise<void> => {
    try {
      instance = await startInstance(place);
    } catch (error) {
      // It is the ended one still, so that the loop comes here again.
      log(String(error));
      return;
    }
    const { pid, ready, stop } = instance;
    ready.then(
      () => log(`Temporal (process ${pid}) is back at ${place.address}`),
      (error: unknown) => {
        if (halt.signal.aborted) return;
        log(String(error));
        // Alive and mute is no better than dead: once it has ended another is started.
        void stop();
      },
    );
  };
  const watching = watch();
  const logCheck = setInterval(() => void boundLogFile(place.logFile).catch(() => {}), LOG_CHECK_MS).unref();

  const stop = async (): Promise<void> => {
    halt.abort();
    clearInterval(logCheck);
    await instance.stop();
    await watching;
    // A start that was under way has come about in the meantime.
    await instance.stop();
  };
  return {
    address: place.address,
    uiUrl: `http://${reachable(place.ip, place.ports.ui)}`,
    get pid() {
      return instance.pid;
    },
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
