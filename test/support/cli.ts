/** The `darkroom` command, run as a user runs it: as a process, with or without a terminal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  /** User and group of the process, if the test runs as root. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Given the process, once it runs. */
  readonly during?: (child: ChildProcess, stderr: () => string) => void;
}

/** Runs `darkroom ARGS` without a terminal. Nothing of our own environment's settings reaches it. */
export const cli = (args: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
  run(process.execPath, [main, ...args], options);

/** The same on a terminal (of util-linux's `script`); both streams come as one, in `stdout`. */
export const cliOnTerminal = (args: readonly string[], options: CliOptions = {}): Promise<CliResult> => {
  const command = [process.execPath, main, ...args].map((word) => `'${word}'`).join(' ');
  return run('script', ['-qec', command, '/dev/null'], options);
};

export function run(
  program: string,
  args: readonly string[],
  { env = {}, input, cwd, user, during }: CliOptions = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const { PATH, HOME, DARKROOM_CACHE, XDG_CACHE_HOME } = process.env;
    const child = spawn(program, args, {
      cwd,
      ...user,
      env: { PATH, HOME, DARKROOM_CACHE, XDG_CACHE_HOME, TERM: 'xterm', ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin?.end(input);
    during?.(child, () => stderr);
  });
}

/** Lines of JSON. */
export const jsonLines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
