/** The options of bubblewrap: no network, no other processes, and no files but those of the system that programs need. */
import { lstatSync, readlinkSync } from 'node:fs';
import type { SandboxPolicy } from './sandbox-policy.ts';

/** The user `nobody`. */
const NOBODY = '65534';

/** Bytes of /tmp, which is in memory. */
const SCRATCH = 64 * 2 ** 20;

/** Configuration that programs read. All of /etc could contain credentials. */
const configuration = [
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'alternatives',
  'fonts',
  'passwd',
  'group',
  'nsswitch.conf',
  'localtime',
  'magic',
  'mime.types',
  'ImageMagick-6',
  'ImageMagick-7',
  'ghostscript',
].map((name) => `/etc/${name}`);

/** What the network needs. */
const resolver = ['resolv.conf', 'hosts', 'ssl', 'ca-certificates', 'pki'].map((name) => `/etc/${name}`);

/** Paths are the same inside and outside. @param hasProc - Whether the machine permits a new /proc. */
export function bubblewrap(
  { readable, writable, network, processes }: SandboxPolicy,
  hasProc: boolean,
): string[] {
  const system = ['/usr', ...configuration, '/var/cache/fontconfig', '/nix', ...(network ? resolver : [])];
  const bind = (option: string, path: string) => [option, path, path];
  return [
    ...['--unshare-all', '--die-with-parent', '--cap-drop', 'ALL'],
    ...(network ? ['--share-net'] : []),
    ...['--uid', NOBODY, '--gid', NOBODY, '--hostname', 'darkroom'],
    ...system.flatMap((path) => bind('--ro-bind-try', path)),
    ...['/lib', '/lib64', '/bin', '/sbin'].flatMap(bindSystemFolder),
    ...['--dev', '/dev', ...(processes && hasProc ? ['--proc', '/proc'] : [])],
    ...['--size', String(SCRATCH), '--tmpfs', '/tmp'],
    ...readable.flatMap((path) => bind('--ro-bind-try', path)),
    ...writable.flatMap((path) => bind('--bind', path)),
    // Directories above these paths would otherwise hold files in memory.
    ...['--remount-ro', '/', '--chdir', writable[0]],
  ];
}

/** A symbolic link into /usr, or a directory of its own. */
function bindSystemFolder(path: string): string[] {
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (!info) return [];
  return info.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
}
