/** Files that the jobs work on. They are the same in every run. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { packageRoot } from '../../src/lib/resources.ts';
import { seedRandom } from '../seeded-random.ts';

export const PHOTOS = ['astronaut.jpg', 'chelsea.jpg', 'coffee.jpg', 'rocket.jpg'] as const;
export const SLIDE = 'slide.png';
export const DAMAGED = 'damaged.jpg';
export const DISK = 'disk.img';

const MIB = 2 ** 20;

/** Writes all files to a directory, and returns their bytes by name. The disk is missing if this machine cannot make it. */
export async function makeAssets(directory: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const photos = fileURLToPath(new URL('examples/photos/', packageRoot));
  const assets = new Map<string, Uint8Array>();
  for (const name of PHOTOS) assets.set(name, await readFile(join(photos, name)));
  assets.set(SLIDE, await drawSlide());
  const photo = assets.get(PHOTOS[0]) ?? new Uint8Array();
  // The header is whole, and the data end early.
  assets.set(DAMAGED, photo.subarray(0, photo.length / 2));
  const disk = await makeDisk(directory).catch(() => null);
  if (disk) assets.set(DISK, disk);
  for (const [name, bytes] of assets) await writeFile(join(directory, name), bytes);
  return assets;
}

/** Dark purple discs on pink, as nuclei in tissue stained with H&E. */
async function drawSlide(): Promise<Uint8Array> {
  const [width, height, nuclei, radius] = [700, 500, 60, 7];
  const random = seedRandom(1);
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at++) pixels.set([232, 190, 214], 3 * at);
  for (let nucleus = 0; nucleus < nuclei; nucleus++) {
    const [left, top] = [random.next() * width, random.next() * height].map(Math.floor) as [number, number];
    for (let y = Math.max(0, top - radius); y < Math.min(height, top + radius); y++)
      for (let x = Math.max(0, left - radius); x < Math.min(width, left + radius); x++)
        if (Math.hypot(x - left, y - top) < radius) pixels.set([92, 58, 130], 3 * (y * width + x));
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

const system: Readonly<Record<string, string>> = {
  'etc/os-release': 'ID=debian\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\n',
  'etc/hostname': 'chaos\n',
  'etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nada:x:1000:1000::/home/ada:/bin/bash\n',
  'etc/fstab': '/dev/sda / ext4 defaults 0 1\n',
  'var/lib/dpkg/status': Array.from(
    { length: 40 },
    (_, index) =>
      `Package: package-${index}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.${index}-1\n`,
  ).join('\n'),
};

/** A file system with a small Linux. Needs mke2fs. */
async function makeDisk(directory: string): Promise<Uint8Array> {
  const [tree, disk] = [join(directory, 'tree'), join(directory, DISK)];
  for (const [path, content] of Object.entries(system)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), content);
  }
  await writeFile(disk, '');
  await truncate(disk, 8 * MIB);
  const owner = ['-E', 'root_owner=0:0'];
  await promisify(execFile)('mke2fs', ['-q', '-F', '-t', 'ext4', ...owner, '-d', tree, disk]);
  await rm(tree, { recursive: true });
  return readFile(disk);
}
