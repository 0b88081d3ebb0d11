/** Processes of this machine, as `ps` lists them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

export async function processes(): Promise<ProcessRow[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], {
    maxBuffer: 2 ** 24,
  });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, state = '', command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || state.startsWith('Z')
      ? []
      : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

const listChildren = async (serve: number | undefined) =>
  (await processes()).filter(({ parent }) => parent === serve);
const findWorker = (children: readonly ProcessRow[]) =>
  children.find(({ command }) => / worker( |$)/.test(command))?.pid;

/** The worker of a `darkroom serve`, whoever runs its Temporal server. */
export async function workerOf(serve: number | undefined): Promise<number> {
  const children = await listChildren(serve);
  const worker = findWorker(children);
  if (worker === undefined) throw new Error(`No worker runs: ${JSON.stringify(children)}`);
  return worker;
}

/** The worker and the Temporal server of a `darkroom serve`. */
export async function partsOf(serve: number | undefined): Promise<{ worker: number; temporal: number }> {
  const children = await listChildren(serve);
  const worker = findWorker(children);
  const temporal = children.find(({ command }) => command.includes('start-dev'))?.pid;
  if (worker === undefined || temporal === undefined)
    throw new Error(`Not all parts run: ${JSON.stringify(children)}`);
  return { worker, temporal };
}

export const isAlive = async (pid: number): Promise<boolean> =>
  (await processes()).some((row) => row.pid === pid);
