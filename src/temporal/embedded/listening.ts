/** Ports at which the embedded server listens. It picks most of them itself, at each start. */
import { listeningPorts } from '../../lib/listening-ports.ts';
import { readPid } from './orphan.ts';

/** Whether the server whose process the file names listens at a port. False where the system does not tell. */
export async function serverListensAt(pidFile: string, port: number): Promise<boolean> {
  const pid = readPid(pidFile);
  return pid !== null && (await listeningPorts(pid).catch((): number[] => [])).includes(port);
}
