/**
 * Installs the programs that tests need, on Debian and Ubuntu with root or sudo. Otherwise prints what is missing.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installArguments } from './requirements.mjs';
import { installTestServers } from './test-servers.mjs';

/** Programs and their Debian packages. */
const programs = {
  '7z': 'p7zip-full',
  avifenc: 'libavif-bin',
  bsdtar: 'libarchive-tools',
  bwrap: 'bubblewrap',
  chromium: 'chromium',
  curl: 'curl',
  db_load: 'db-util',
  exiftool: 'libimage-exiftool-perl',
  ffmpeg: 'ffmpeg',
  fish: 'fish',
  hivexregedit: 'libwin-hivex-perl',
  'heif-enc': 'libheif-examples',
  initdb: 'postgresql',
  javac: 'default-jdk-headless',
  jq: 'jq',
  mcopy: 'mtools',
  mke2fs: 'e2fsprogs',
  'mkfs.btrfs': 'btrfs-progs',
  'mkfs.vfat': 'dosfstools',
  'mkfs.xfs': 'xfsprogs',
  mkntfs: 'ntfs-3g',
  nginx: 'nginx-light',
  potrace: 'potrace',
  python3: 'python3',
  prometheus: 'prometheus',
  'qemu-img': 'qemu-utils',
  rpmbuild: 'rpm',
  fdisk: 'fdisk',
  sfdisk: 'fdisk',
  sqlite3: 'sqlite3',
  systemctl: 'systemd',
  tesseract: 'tesseract-ocr',
  thin_restore: 'thin-provisioning-tools',
  unzip: 'unzip',
  wimapply: 'wimtools',
  zsh: 'zsh',
};

/** Python modules and their packages in Debian. `requirements/modules.txt` has those of PyPI. */
const modules = {
  requests: 'python3-requests',
  numpy: 'python3-numpy',
  PIL: 'python3-pil',
  tifffile: 'python3-tifffile',
};

/** Debian installs PostgreSQL outside the PATH, with a directory per version. */
const postgres = '/usr/lib/postgresql';
const directories = [
  ...(process.env.PATH ?? '').split(delimiter),
  '/sbin',
  '/usr/sbin',
  ...(existsSync(postgres) ? readdirSync(postgres).map((version) => join(postgres, version, 'bin')) : []),
];
const isInstalled = (program) => directories.some((directory) => existsSync(join(directory, program)));
const canImport = (module) => spawnSync('python3', ['-c', `import ${module}`]).status === 0;
/** Another program of this name may be in its place. */
const hasImageMagick = () =>
  /^Version: ImageMagick/.test(spawnSync('convert', ['-version'], { encoding: 'utf8' }).stdout ?? '');
const hasFonts = () => spawnSync('fc-list', { encoding: 'utf8' }).stdout?.includes('DejaVu') ?? false;

const missing = [
  ...Object.entries(programs).flatMap(([program, debian]) => (isInstalled(program) ? [] : [debian])),
  ...(canImport('pip') ? [] : ['python3-pip']),
  ...Object.entries(modules).flatMap(([module, debian]) => (canImport(module) ? [] : [debian])),
  ...(hasImageMagick() ? [] : ['imagemagick']),
  ...(hasFonts() ? [] : ['fonts-dejavu-core', 'fontconfig']),
];

if (missing.length > 0) {
  const advice = `Some tests need programs that are not installed: apt-get install ${missing.join(' ')}`;
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (!existsSync('/usr/bin/apt-get')) console.error(advice);
  else {
    console.error(`darkroom: installing ${missing.join(', ')} for the tests …`);
    try {
      apt(asRoot, ['update', '-qq']);
      apt(asRoot, ['install', '-y', '-qq', '--no-install-recommends', ...missing]);
    } catch {
      console.error(advice);
    }
  }
}

// Python from another source than Debian does not find Debian's packages.
if (!Object.keys(modules).every(canImport))
  spawnSync('python3', installArguments('modules'), { stdio: 'inherit' });

installTestServers();

function apt(asRoot, args) {
  const [program, ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
  execFileSync(program, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
}
