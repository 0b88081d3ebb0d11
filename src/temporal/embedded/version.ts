/** The version of the Temporal server in a binary. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The oldest version with worker heartbeats and the listing of workers. */
const least = { major: 1, minor: 29 };
export const LEAST_VERSION = `${least.major}.${least.minor}`;
const TIMEOUT_MS = 20_000;

/**
 * Reads the version of the server in the binary at `path`.
 *
 * @throws Error if the binary cannot be used
 */
export async function serverVersion(path: string, env: NodeJS.ProcessEnv): Promise<string> {
  const output = await run(path, env);
  // "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"
  const [, version, major, minor] = /\bServer ((\d+)\.(\d+)[\w.+-]*)/.exec(output) ?? [];
  if (!version) throw new Error(`"temporal --version" names no server version: ${firstLine(output)}`);
  const older = Number(major) < least.major || (Number(major) === least.major && Number(minor) < least.minor);
  if (older) throw new Error(`its server is ${version}; darkroom needs ${LEAST_VERSION} or later`);
  return version;
}

type RunError = NodeJS.ErrnoException & { killed?: boolean; signal?: NodeJS.Signals | null };

/** Returns what `temporal --version` prints. Runs it again when it is killed, which says nothing about the binary. */
async function run(path: string, env: NodeJS.ProcessEnv, attemptsLeft = 3): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(path, ['--version'], { env, timeout: TIMEOUT_MS });
    return stdout + stderr;
  } catch (error) {
    const { signal, killed } = error as RunError;
    if (signal && !killed && attemptsLeft > 1) return run(path, env, attemptsLeft - 1);
    throw new Error(explain(error as RunError), { cause: error });
  }
}

function explain({ code, killed, message }: RunError): string {
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'it is not an executable file';
  if (killed) return `"temporal --version" did not answer within ${TIMEOUT_MS / 1000} s`;
  return `"temporal --version" failed: ${firstLine(message)}`;
}

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? '';
