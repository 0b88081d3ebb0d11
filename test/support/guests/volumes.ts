/** File systems with files, made without mounting them. */
import { mkdtemp, readdir, readlink, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from './tools.ts';
import { layDown, type Tree } from './tree.ts';

export interface VolumeOptions {
  readonly label?: string;
  readonly uuid?: string;
  /** Further arguments of the program that makes it. */
  readonly args?: readonly string[];
}

type Make = (image: string, folder: string, options: VolumeOptions) => Promise<void>;

const MIB = 2 ** 20;

/** Returns a function that makes a file system with the files of a tree. Sizes are the smallest that each program accepts. */
const maker =
  (mebibytes: number, make: Make) =>
  async (image: string, tree: Tree, options: VolumeOptions = {}): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-guest-'));
    try {
      await layDown(tree, folder);
      await writeFile(image, '');
      await truncate(image, mebibytes * MIB);
      await make(image, folder, options);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

export const ext4 = maker(8, async (image, folder, { label = '', uuid, args = [] }) => {
  const named = ['-L', label, ...(uuid ? ['-U', uuid] : []), ...args];
  const type = args.includes('-t') ? [] : ['-t', 'ext4'];
  await tool('mke2fs', ['-q', '-F', ...type, '-E', 'root_owner=0:0', ...named, '-d', folder, image]);
});

export const btrfs = maker(128, async (image, folder, { label = '', uuid }) => {
  await tool('mkfs.btrfs', [
    '-q',
    '-f',
    '-L',
    label,
    ...(uuid ? ['-U', uuid] : []),
    '--rootdir',
    folder,
    image,
  ]);
});

export const fat = maker(40, async (image, folder, { label = 'NO NAME' }) => {
  await tool('mkfs.vfat', ['-F', '32', '-n', label, image]);
  await tool('mcopy', [
    '-s',
    '-i',
    image,
    ...(await readdir(folder)).map((name) => join(folder, name)),
    '::',
  ]);
});

/** ntfs-3g makes it, and wimlib writes the files with the names and attributes that Windows gives them. */
export const ntfs = maker(16, async (image, folder, { label = '' }) => {
  await tool('mkntfs', ['-q', '-F', '-Q', '-L', label, image]);
  const archive = `${image}.wim`;
  await tool('wimcapture', [folder, archive, '--compress=none']);
  await tool('wimapply', [archive, '1', image]);
  await rm(archive);
});

export const xfs = maker(320, async (image, folder, { label = '', uuid }) => {
  const prototype = join(folder, '.prototype');
  await writeFile(prototype, `/\n0 0\n${await prototypeOf(folder, '')}$\n`);
  const named = [...(label ? ['-L', label] : []), ...(uuid ? ['-m', `uuid=${uuid}`] : [])];
  await tool('mkfs.xfs', ['-q', '-f', ...named, '-p', prototype, image]);
});

/** Returns the tree in the prototype format of mkfs.xfs: name, mode, owner, contents; a folder ends with `$`. */
async function prototypeOf(folder: string, name: string): Promise<string> {
  const lines = [name === '' ? 'd--755 0 0' : `${name} d--755 0 0`];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.filter((found) => found.name !== '.prototype')) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) lines.push(await prototypeOf(path, entry.name));
    else if (entry.isSymbolicLink()) lines.push(`${entry.name} l--777 0 0 ${await readlink(path)}`);
    else lines.push(`${entry.name} ---644 0 0 ${path}`);
  }
  return `${lines.join('\n')}\n${name === '' ? '' : '$\n'}`;
}
