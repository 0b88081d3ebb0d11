/** The command line and the environment of the embedded server. */

export interface ServerPorts {
  readonly grpc: number;
  readonly ui: number;
}

/**
 * Without the three rates, one task queue reader is held to 20 polls a second, which costs 50 ms at every hop of a
 * workflow: 450 ms for four activities, and 80 with them. Eager execution saves a tenth of the server's work. The heartbeats
 * let the API ask which workers live. What is written to one partition of a queue is served in the order of its priority and
 * time; several serve in none. (All are still read, for what an earlier version of this left in them.)
 */
const dynamicConfig = {
  'history.transferProcessorMaxPollRPS': 2000,
  'history.timerProcessorMaxPollRPS': 2000,
  'history.visibilityProcessorMaxPollRPS': 2000,
  'system.enableActivityEagerExecution': true,
  'frontend.WorkerHeartbeatsEnabled': true,
  'frontend.ListWorkersEnabled': true,
  'matching.numTaskqueueWritePartitions': 1,
  'matching.useNewMatcher': true,
};

/** A write-ahead log allows 1.5 times as many workflow starts per second. FULL makes them survive a power loss. */
const pragmas = { journal_mode: 'WAL', synchronous: 'FULL' };

/** The start of `serverArguments`. It identifies the server process of one database. */
export const signature = (database: string): string[] => ['server', 'start-dev', '--db-filename', database];

/** Builds the arguments. The server picks free ports for everything that is not named here. */
export function serverArguments(database: string, ip: string, { grpc, ui }: ServerPorts): string[] {
  return [
    ...signature(database),
    ...['--ip', ip, '--port', String(grpc), '--ui-port', String(ui)],
    ...['--log-level', 'warn', '--color', 'never'],
    ...Object.entries(pragmas).flatMap(([name, value]) => ['--sqlite-pragma', `${name}=${value}`]),
    ...Object.entries(dynamicConfig).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
  ];
}

const inherited = /^(PATH|HOME|TMPDIR|TZ|LANG|LC_ALL|USER|GOGC|GOMEMLIMIT|GOMAXPROCS|GODEBUG)$/;

/** Removes our secrets, and Temporal's own variables, which would override the flags. */
export const serverEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => inherited.test(name)));
