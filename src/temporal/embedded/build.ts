/** Builds Temporal's command-line tool from its source, with Go. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../lib/resources.ts';
import { GO_PACKAGE } from './releases.ts';

const PROGRESS_MS = 10_000;

/** Pins the version and the checksums of the source and of all that it imports. */
const MODULE = fileURLToPath(new URL('go/temporal-cli/', packageRoot));

export interface Build {
  /** An empty directory for the result; the caller removes it. */
  readonly into: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Returns the path of the executable. Throws without Go, and when the build fails, with the last lines of its output. */
export async function buildTemporal({ into, env, log, signal }: Build): Promise<string> {
  const started = Date.now();
  const seconds = (): string => `${Math.round((Date.now() - started) / 1000)} s`;
  const timer = setInterval(() => log(`  still building Temporal, ${seconds()} so far …`), PROGRESS_MS);
  try {
    await install(
      into,
      env,
      () => log('building Temporal with Go; this takes 3 to 5 minutes, once …'),
      signal,
    );
  } finally {
    clearInterval(timer);
  }
  log(`built Temporal in ${seconds()}`);
  return join(into, 'temporal');
}

function install(
  into: string,
  env: NodeJS.ProcessEnv,
  begun: () => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = ['build', '-mod=readonly', '-o', join(into, 'temporal'), GO_PACKAGE];
    const go = spawn('go', args, {
      cwd: MODULE,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      signal,
    });
    let said = '';
    go.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000);
    });
    go.once('spawn', begun);
    go.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new Error('there is no "go" on PATH', { cause: error }) : error);
    });
    go.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`Go could not build ${GO_PACKAGE}:\n${said.trim().split('\n').slice(-5).join('\n')}`),
        );
    });
  });
}
