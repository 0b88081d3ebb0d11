/** Runs the programs that make file systems and disks. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Debian packages that bring them. */
const packages = 'e2fsprogs xfsprogs btrfs-progs dosfstools mtools fdisk qemu-utils';

/** Throws an Error that says what the program said, or which packages are missing. */
export async function tool(program: string, args: readonly string[], input = ''): Promise<void> {
  // Where Debian keeps those of the administrator.
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin`, MTOOLS_SKIP_CHECK: '1' };
  const running = run(program, [...args], { env });
  running.child.stdin?.end(input);
  await running.catch((error: NodeJS.ErrnoException & { stderr?: string }) => {
    if (error.code === 'ENOENT') throw new Error(`${program} is missing: apt-get install ${packages}`);
    throw new Error(`${program} ${args.join(' ')}: ${error.stderr ?? error.message}`);
  });
}
