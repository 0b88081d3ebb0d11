/** The processes of a darkroom, also those whose parent was killed (Linux). */
import { readdir, readFile } from 'node:fs/promises';

export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  /** Program and arguments, separated by spaces. */
  readonly command: string;
  /** In clock ticks since the start of the machine. Tells two processes with one id apart. */
  readonly startedAt: string;
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
    const members = new Set(
      rows
        .filter((row, index) => named[index] || this.#known.get(row.pid) === row.startedAt)
        .map(({ pid }) => pid),
    );
    // A child has a higher id than its parent, except after the ids have started anew.
    for (let before = -1; before !== members.size; ) {
      before = members.size;
      for (const { pid, parent } of rows) if (members.has(parent)) members.add(pid);
    }
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
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const pids = names.map(Number).filter((pid) => !except.has(pid));
  return (await Promise.all(pids.map(readProcess))).flatMap((row) => row ?? []);
}

/** Null if the process has ended. */
async function readProcess(pid: number): Promise<ProcessRow | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    // See proc_pid_stat(5). Field 2 is the program in parentheses, which may contain spaces; 3 is the state, 22 the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    return { pid, parent: Number(fields[1]), command, startedAt: fields[19] ?? '' };
  } catch {
    return null;
  }
}
