/** TCP ports on which a process listens (Linux). */
import { readdir, readFile, readlink } from 'node:fs/promises';

const LISTEN = '0A';

export async function listeningPorts(pid: number): Promise<number[]> {
  const descriptors = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(
    descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')),
  );
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((table) => readFile(`/proc/${pid}/net/${table}`, 'utf8').catch(() => '')),
  );
  const rows = tables.flatMap((table) => table.split('\n').map((row) => row.trim().split(/\s+/)));
  return rows.flatMap(([, local = '', , state, , , , , , inode = '']) =>
    state === LISTEN && inodes.has(inode) ? [Number.parseInt(local.split(':')[1] ?? '', 16)] : [],
  );
}
