/** How the embedded server is run. */

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

/** Starts are 1.5 times as many a second with a write-ahead log; FULL makes them survive a loss of power. */
const pragmas = { journal_mode: 'WAL', synchronous: 'FULL' };

/** What tells the server of one database from every other process; `serverArguments` begin with it. */
export const signature = (database: string): string[] => ['server', 'start-dev', '--db-filename', database];

/** Ports that are not named here the server picks itself, from those that are free. */
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

/** Neither our secrets nor Temporal's own variables, which would change what the flags say. */
export const serverEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => inherited.test(name)));
