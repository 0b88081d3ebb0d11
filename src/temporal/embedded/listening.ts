/** Ports at which the embedded server listens. It picks most of them itself, at each start. */
import { listeningPorts } from '../../lib/listening-ports.ts';
import { TtlCache } from '../../lib/ttl-cache.ts';
import { readPid } from './orphan.ts';

/** By the pid of the server. To find them takes milliseconds, and jobs can have thousands of URLs. */
const ports = new TtlCache<readonly number[]>(1000, 2);

/** Whether the server whose process the file names listens at a port. False where the system does not report it. */
export async function serverListensAt(pidFile: string, port: number): Promise<boolean> {
  const pid = readPid(pidFile);
  if (pid === null) return false;
  return (await ports.get(String(pid), () => listeningPorts(pid).catch(() => []))).includes(port);
}
