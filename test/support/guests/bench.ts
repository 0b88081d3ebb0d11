/** A folder for the disks of a test file, which are made on demand and deleted after the tests. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type conversions, convert, logical, partitioned } from './disks.ts';
import { alpine, data, debian } from './systems.ts';
import { btrfs, ext4, xfs } from './volumes.ts';

export const ROOT_UUID = '11111111-2222-3333-4444-555555555555';

/** How each disk is made. */
const recipes = {
  'debian-gpt': async (place: (name: string) => string, disk: string) => {
    await ext4(place('root'), debian, { label: 'root', uuid: ROOT_UUID });
    await ext4(place('data'), data, { label: 'data' });
    await partitioned(disk, 'gpt', [place('root'), place('data')]);
  },
  'debian-lvm': async (place, disk) => {
    const table = '/dev/mapper/vg--0-root / ext4 defaults 0 1\n/dev/vg-0/srv-data /srv ext4 defaults 0 2\n';
    await ext4(place('lvm-root'), { ...debian, 'etc/fstab': table }, { label: 'root' });
    await ext4(place('lvm-data'), data, { label: 'data' });
    await logical(disk, { root: place('lvm-root'), 'srv-data': place('lvm-data') });
  },
  'debian-btrfs': async (place, disk) => {
    await btrfs(place('btrfs'), debian, { label: 'root' });
    await partitioned(disk, 'gpt', [place('btrfs')]);
  },
  'alpine-dos': async (place, disk) => {
    await ext4(place('alpine'), alpine, { label: 'root' });
    await partitioned(disk, 'dos', [place('alpine')]);
  },
  'alpine-xfs': async (place, disk) => {
    await xfs(place('xfs'), alpine, { label: 'root' });
    await partitioned(disk, 'gpt', [place('xfs')]);
  },
  /** A file system without a partition table around it. */
  'alpine-bare': (_, disk) => ext4(disk, alpine),
} as const satisfies Record<string, (place: (name: string) => string, disk: string) => Promise<void>>;

export type DiskName = keyof typeof recipes;
export type ImageKind = keyof typeof conversions | 'raw';

export interface Bench {
  /** Returns a path in the folder. */
  place(name: string): string;
  /** Returns the path of a disk. The first call makes it. */
  disk(name: DiskName): Promise<string>;
  /** Returns the path of an image of a disk. */
  image(name: DiskName, kind: ImageKind): Promise<string>;
  /** Returns the bytes of a file. */
  contents(path: string): Promise<Buffer>;
  /** Returns the bytes of an image of a disk. */
  bytes(name: DiskName, kind: ImageKind): Promise<Buffer>;
}

/** Call it at the top of a test file. */
export async function guestBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-guests-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const place = (name: string): string => join(folder, name);
  const made = new Map<string, Promise<string>>();
  const once = (name: string, make: (path: string) => Promise<void>): Promise<string> => {
    const path = place(name);
    const making = made.get(name) ?? make(path).then(() => path);
    made.set(name, making);
    return making;
  };
  const disk = (name: DiskName) => once(`${name}.raw`, (path) => recipes[name](place, path));
  const image = (name: DiskName, kind: ImageKind) =>
    kind === 'raw'
      ? disk(name)
      : once(`${name}.${kind}`, async (path) => convert(await disk(name), path, kind));
  const bytes = async (name: DiskName, kind: ImageKind) => readFile(await image(name, kind));
  return { place, disk, image, bytes, contents: readFile };
}
