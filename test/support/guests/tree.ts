/** Writes the files of a small system. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Contents, or the target of a symbolic link, by path. */
export type Tree = Readonly<Record<string, string | Uint8Array | { readonly link: string }>>;

export async function layDown(tree: Tree, folder: string): Promise<void> {
  for (const [path, contents] of Object.entries(tree)) {
    const place = join(folder, path);
    await mkdir(dirname(place), { recursive: true });
    if (typeof contents === 'string' || contents instanceof Uint8Array) await writeFile(place, contents);
    else await symlink(contents.link, place);
  }
}

/** Splits a tree into the files outside a folder, and those below it with their paths from there. */
export function splitTree(tree: Tree, folder: string): [Tree, Tree] {
  const entries = Object.entries(tree);
  const below = entries.filter(([path]) => path.startsWith(`${folder}/`));
  return [
    Object.fromEntries([...entries.filter((entry) => !below.includes(entry)), [`${folder}/.keep`, '']]),
    Object.fromEntries(below.map(([path, contents]) => [path.slice(folder.length + 1), contents])),
  ];
}

/** Returns the header of a program. `machine`: the number in ELF, 62 for x86-64. */
export function elf(machine: number): Uint8Array {
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 'latin1');
  header.set([2, 1, 1], 4);
  header.writeUInt16LE(3, 16);
  header.writeUInt16LE(machine, 18);
  return header;
}

/** Returns the record of a boot in /var/log/wtmp. `seconds`: since 1970. */
export function bootRecord(seconds: number): Uint8Array {
  const record = Buffer.alloc(384);
  record.writeInt16LE(2, 0);
  record.write('reboot', 44);
  record.writeUInt32LE(seconds, 340);
  return record;
}
