/** `darkroom serve`, started again when it ends, as a service manager does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { builtRoot } from '../src/lib/resources.ts';
import { freePort } from '../src/temporal/embedded/ports.ts';
import { ProcessFamily } from './process-family.ts';

const main = fileURLToPath(new URL('src/main.js', builtRoot));
const HOST = '127.0.0.1';
const RESTART_MS = 200;
const READY_MS = 120_000;

export interface Server {
  readonly url: string;
  readonly dataDir: string;
  /** Directory for temporary files of all its processes. */
  readonly temporaryDir: string;
  readonly family: ProcessFamily;
  /** Resolves when all parts answer. @throws Error after two minutes. */
  ready(): Promise<void>;
  /** Stops it as an operator does. Resolves with the exit code. */
  stop(): Promise<number | null>;
}

/**
 * @param root Directory for its data and log.
 * @param env Settings besides those that every run has.
 */
export async function startServer(root: string, env: Readonly<Record<string, string>>): Promise<Server> {
  const [dataDir, temporaryDir] = [join(root, 'data'), join(root, 'tmp')];
  for (const folder of [dataDir, temporaryDir]) await mkdir(folder, { recursive: true });
  const listen = `${HOST}:${await freePort(HOST, 0)}`;
  const log = createWriteStream(join(root, 'log'), { flags: 'a' });
  const { PATH, HOME, XDG_CACHE_HOME, DARKROOM_CACHE } = process.env;
  const settings = {
    ...{ PATH, HOME, XDG_CACHE_HOME, DARKROOM_CACHE },
    TMPDIR: temporaryDir,
    DARKROOM_LISTEN: listen,
    DARKROOM_DATA: dataDir,
    DARKROOM_ALLOW_NETWORKS: `${HOST}/32`,
    DARKROOM_GRACE_MS: '1000',
    // Many jobs are equal, and each must compute.
    DARKROOM_REUSE_DAYS: 'none',
    DARKROOM_CALLBACK_SCHEDULE_MS: Array.from({ length: 20 }, () => '2000').join(','),
    ...env,
  };
  let isStopping = false;
  let child: ChildProcess;
  const run = () => {
    child = spawn(process.execPath, [main, 'serve'], { env: settings, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    return once(child, 'exit');
  };
  const supervise = async () => {
    for (let ended = run(); ; ended = run()) {
      await ended;
      if (isStopping) return;
      await sleep(RESTART_MS);
      if (isStopping) return;
    }
  };
  const supervised = supervise();
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const url = `http://${listen}`;
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  return {
    url,
    dataDir,
    temporaryDir,
    family: new ProcessFamily(dataDir),
    ready: async () => {
      for (const deadline = Date.now() + READY_MS; !(await isReady()); await sleep(100))
        if (Date.now() > deadline) throw new Error(`darkroom is not ready; its log is ${join(root, 'log')}`);
    },
    stop: async () => {
      isStopping = true;
      child.kill('SIGTERM');
      await supervised;
      process.off('exit', kill);
      log.end();
      return child.exitCode;
    },
  };
}
