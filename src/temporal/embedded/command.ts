/** The command line and the environment of the embedded server. */

/**
 * - The three rates: by default a queue reader polls 20 times a second, so each activity waits up to 50 ms.
 * - Temporal deletes an execution after its queues have recorded their progress, by default every 30 seconds.
 * - Eager execution saves a tenth of the server's CPU time.
 * - Worker heartbeats let the API list live workers.
 * - One write partition keeps the order of priority and time within a task queue; several partitions do not.
 * - With fairness, tenants take turns at each task queue, however many jobs one of them has submitted.
 * - By default the HTTP API serves every Host and Origin, so a web page could control Temporal. No valid Host header
 *   matches a space, which disables the API. darkroom uses gRPC only.
 */
const dynamicConfig = {
  'history.transferProcessorMaxPollRPS': 2000,
  'history.timerProcessorMaxPollRPS': 2000,
  'history.visibilityProcessorMaxPollRPS': 2000,
  'history.transferProcessorUpdateAckInterval': '"2s"',
  'history.visibilityProcessorUpdateAckInterval': '"2s"',
  'system.enableActivityEagerExecution': true,
  'frontend.WorkerHeartbeatsEnabled': true,
  'frontend.ListWorkersEnabled': true,
  'matching.numTaskqueueWritePartitions': 1,
  'matching.useNewMatcher': true,
  'matching.enableFairness': true,
  'frontend.httpAllowedHosts': '[" "]',
};

/** A write-ahead log allows 1.5 times as many workflow starts per second. FULL makes them survive a power loss. */
const pragmas = { journal_mode: 'WAL', synchronous: 'FULL' };

/** The start of `serverArguments`. It identifies the server process of one database. */
export const signature = (database: string): string[] => ['server', 'start-dev', '--db-filename', database];

/**
 * Builds the arguments. The server picks free ports for everything that is not named here. `--headless`: the server's own Web
 * UI would serve every Host, and has no login. darkroom serves the UI at its own port.
 */
export function serverArguments(database: string, ip: string, port: number): string[] {
  return [
    ...signature(database),
    ...['--ip', ip, '--port', String(port), '--headless'],
    ...['--log-level', 'warn', '--color', 'never'],
    ...Object.entries(pragmas).flatMap(([name, value]) => ['--sqlite-pragma', `${name}=${value}`]),
    ...Object.entries(dynamicConfig).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
  ];
}

const inherited = /^(PATH|HOME|TMPDIR|TZ|LANG|LC_ALL|USER|GOGC|GOMEMLIMIT|GOMAXPROCS|GODEBUG)$/;

/** Removes our secrets, and Temporal's own variables, which would override the flags. */
export const serverEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => inherited.test(name)));
