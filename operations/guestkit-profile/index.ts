/** guestkit.profile: the short report on a disk image, for inventories and security reviews. */
import { z } from 'zod';
import { diskFormat, diskOperation } from '../lib/guestprobe/disk-operation.ts';
import { defineOperation, onError } from '../operation.ts';

const params = z.strictObject({ format: diskFormat, on_error: onError });

export const guestkitProfile = defineOperation({
  name: 'guestkit.profile',
  title: 'Profile a disk image',
  description:
    'Returns a short report on the disk image of a virtual machine, for inventories and security reviews: operating system, number of ' +
    'packages, services, login accounts, administrators, SSH settings, disk usage and last activity. Reads qcow2, vmdk, vdi, vhdx, vhd ' +
    'and raw images in place, without starting or mounting them.',
  params,
  ...diskOperation<z.infer<typeof params>>(() => ['--profile']),
});
