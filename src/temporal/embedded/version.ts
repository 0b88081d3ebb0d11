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
  const output = await promisify(execFile)(path, ['--version'], { env, timeout: TIMEOUT_MS }).then(
    ({ stdout, stderr }) => stdout + stderr,
    (error: NodeJS.ErrnoException & { killed?: boolean }) => {
      throw new Error(
        error.code === 'ENOENT'
          ? 'there is no such file'
          : error.code === 'EACCES'
            ? 'it is not an executable file'
            : error.killed
              ? `"temporal --version" did not answer within ${TIMEOUT_MS / 1000} s`
              : `"temporal --version" failed: ${firstLine(error.message)}`,
        { cause: error },
      );
    },
  );
  // "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"
  const [, version, major, minor] = /\bServer ((\d+)\.(\d+)[\w.+-]*)/.exec(output) ?? [];
  if (!version) throw new Error(`"temporal --version" names no server version: ${firstLine(output)}`);
  const older = Number(major) < least.major || (Number(major) === least.major && Number(minor) < least.minor);
  if (older) throw new Error(`its server is ${version}; darkroom needs ${LEAST_VERSION} or later`);
  return version;
}

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? '';
