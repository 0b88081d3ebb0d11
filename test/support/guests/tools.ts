/** Runs the programs that make file systems and disks. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Debian packages with these programs. */
const packages =
  'e2fsprogs xfsprogs btrfs-progs dosfstools mtools fdisk qemu-utils ntfs-3g wimtools libwin-hivex-perl thin-provisioning-tools';

/** Throws an Error with the program's message, or with the packages to install. */
export async function tool(program: string, args: readonly string[], input = ''): Promise<void> {
  // Debian keeps administrators' programs there.
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin`, MTOOLS_SKIP_CHECK: '1' };
  const running = run(program, [...args], { env });
  // A program may end without reading its input.
  running.child.stdin?.on('error', () => undefined).end(input);
  await running.catch((error: NodeJS.ErrnoException & { stderr?: string }) => {
    if (error.code === 'ENOENT') throw new Error(`${program} is missing: apt-get install ${packages}`);
    throw new Error(`${program} ${args.join(' ')}: ${error.stderr ?? error.message}`);
  });
}
