/**
 * Programs that tests run beside Node: those of other clients, a browser, PostgreSQL, what the examples call, what makes
 * disks of virtual machines. On Debian and Ubuntu they are installed when they are missing and this may be done; else it is said
 * what is missing.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Program → the Debian package that brings it. */
const programs = {
  bsdtar: 'libarchive-tools',
  bwrap: 'bubblewrap',
  chromium: 'chromium',
  convert: 'imagemagick',
  curl: 'curl',
  db_load: 'db-util',
  ffmpeg: 'ffmpeg',
  fish: 'fish',
  'heif-enc': 'libheif-examples',
  initdb: 'postgresql',
  jq: 'jq',
  mcopy: 'mtools',
  mke2fs: 'e2fsprogs',
  'mkfs.btrfs': 'btrfs-progs',
  'mkfs.vfat': 'dosfstools',
  'mkfs.xfs': 'xfsprogs',
  nginx: 'nginx-light',
  potrace: 'potrace',
  python3: 'python3',
  'qemu-img': 'qemu-utils',
  rpmbuild: 'rpm',
  sfdisk: 'fdisk',
  systemctl: 'systemd',
  tesseract: 'tesseract-ocr',
  unzip: 'unzip',
  zsh: 'zsh',
};

/** Python module → its packages in Debian and on PyPI. */
const modules = {
  requests: { debian: 'python3-requests', pypi: 'requests' },
  numpy: { debian: 'python3-numpy', pypi: 'numpy' },
  PIL: { debian: 'python3-pil', pypi: 'pillow' },
  tifffile: { debian: 'python3-tifffile', pypi: 'tifffile' },
};

/** Debian keeps those of PostgreSQL off the PATH, one folder a version. */
const postgres = '/usr/lib/postgresql';
const folders = [
  ...(process.env.PATH ?? '').split(delimiter),
  '/sbin',
  '/usr/sbin',
  ...(existsSync(postgres) ? readdirSync(postgres).map((version) => join(postgres, version, 'bin')) : []),
];
const isThere = (program) => folders.some((folder) => existsSync(join(folder, program)));
const canImport = (module) => spawnSync('python3', ['-c', `import ${module}`]).status === 0;
const hasFonts = () => spawnSync('fc-list', { encoding: 'utf8' }).stdout?.includes('DejaVu') ?? false;

const missing = [
  ...Object.entries(programs).flatMap(([program, debian]) => (isThere(program) ? [] : [debian])),
  ...(canImport('pip') ? [] : ['python3-pip']),
  ...Object.entries(modules).flatMap(([module, { debian }]) => (canImport(module) ? [] : [debian])),
  ...(hasFonts() ? [] : ['fonts-dejavu-core', 'fontconfig']),
];

if (missing.length > 0) {
  const say = `Some tests need programs that are not here: apt-get install ${missing.join(' ')}`;
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (!existsSync('/usr/bin/apt-get')) console.error(say);
  else {
    console.error(`darkroom: installing ${missing.join(', ')} for the tests …`);
    try {
      apt(asRoot, ['update', '-qq']);
      apt(asRoot, ['install', '-y', '-qq', '--no-install-recommends', ...missing]);
    } catch {
      console.error(say);
    }
  }
}

// A Python that is not Debian's own does not see Debian's packages.
for (const [module, { pypi }] of Object.entries(modules)) {
  if (!canImport(module))
    spawnSync('python3', ['-m', 'pip', 'install', '--quiet', pypi], { stdio: 'inherit' });
}

function apt(asRoot, args) {
  const [program, ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
  execFileSync(program, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
}
