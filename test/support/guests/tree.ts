/** Lays a small system down as files: just what an inspection reads. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Path → contents, or where a link leads. */
export type Tree = Readonly<Record<string, string | Uint8Array | { readonly link: string }>>;

export async function layDown(tree: Tree, folder: string): Promise<void> {
  for (const [path, contents] of Object.entries(tree)) {
    const place = join(folder, path);
    await mkdir(dirname(place), { recursive: true });
    if (typeof contents === 'string' || contents instanceof Uint8Array) await writeFile(place, contents);
    else await symlink(contents.link, place);
  }
}

/** The first 64 bytes of a program. `machine`: as ELF numbers them, 62 for x86-64. */
export function elf(machine: number): Uint8Array {
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 'latin1');
  header.set([2, 1, 1], 4);
  header.writeUInt16LE(3, 16);
  header.writeUInt16LE(machine, 18);
  return header;
}

/** A record of /var/log/wtmp: the system came up then. `seconds` since 1970. */
export function bootRecord(seconds: number): Uint8Array {
  const record = Buffer.alloc(384);
  record.writeInt16LE(2, 0);
  record.write('reboot', 44);
  record.writeUInt32LE(seconds, 340);
  return record;
}
