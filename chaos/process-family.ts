/** The processes of a darkroom, also those whose parent was killed (Linux). */
import { readFile } from 'node:fs/promises';
import { addDescendants } from '../src/lib/process-family.ts';
import { listPids, type ProcessStat, readProcessStat } from '../src/lib/process-stat.ts';

export interface ProcessRow extends Pick<ProcessStat, 'pid' | 'parent' | 'startedAt'> {
  /** Program and arguments, separated by spaces. */
  readonly command: string;
}

/** An id is not used again within this time. */
const STRANGERS_MS = 5000;

export class ProcessFamily {
  readonly #dataDir: string;
  /** Process id → start, of each member that was seen. */
  readonly #known = new Map<number, string>();
  /** Process ids of others, which are not looked at again for some seconds. */
  #strangers = new Set<number>();
  #strangersSince = 0;

  /** @param dataDir Data directory of the darkroom. */
  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** Returns the members that run now: processes that name the data directory, and their descendants. */
  async read(): Promise<ProcessRow[]> {
    if (Date.now() - this.#strangersSince > STRANGERS_MS) {
      this.#strangers = new Set([process.pid]);
      this.#strangersSince = Date.now();
    }
    const rows = await readProcesses(this.#strangers);
    const named = await Promise.all(rows.map((row) => this.#namesDirectory(row)));
    const known = rows.filter((row, index) => named[index] || this.#known.get(row.pid) === row.startedAt);
    const members = addDescendants(
      known.map(({ pid }) => pid),
      rows,
    );
    const family = rows.filter(({ pid }) => members.has(pid));
    for (const { pid, startedAt } of family) this.#known.set(pid, startedAt);
    // A child of this process has the environment of a darkroom only once it has started its program.
    for (const { pid, parent } of rows)
      if (!members.has(pid) && parent !== process.pid) this.#strangers.add(pid);
    return family;
  }

  async #namesDirectory({ pid, command }: ProcessRow): Promise<boolean> {
    if (command.includes(this.#dataDir)) return true;
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    return environment.split('\0').includes(`DARKROOM_DATA=${this.#dataDir}`);
  }
}

async function readProcesses(except: ReadonlySet<number>): Promise<ProcessRow[]> {
  const pids = (await listPids()).filter((pid) => !except.has(pid));
  return (await Promise.all(pids.map(readProcess))).flatMap((row) => row ?? []);
}

/** Null if the process has ended. */
async function readProcess(pid: number): Promise<ProcessRow | null> {
  const stat = await readProcessStat(pid);
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  if (stat === null || command === null || ['Z', 'X'].includes(stat.state)) return null;
  return { ...stat, command: command.replaceAll('\0', ' ').trim() };
}
