/** guestkit.profile: the short report on a disk image, for inventories and reviews of security. */
import { z } from 'zod';
import { diskFormat, diskOperation } from '../lib/guestprobe/disk-operation.ts';
import { defineOperation, onError } from '../operation.ts';

const params = z.strictObject({ format: diskFormat, on_error: onError });

export const guestkitProfile = defineOperation({
  name: 'guestkit.profile',
  title: 'Profile a disk image',
  description:
    'A short report on the disk of a virtual machine, for inventories and reviews of security: the operating system, how many packages ' +
    'it has, what starts with it, who can log in and how (SSH settings, administrators), how full it is, and when it was last used. ' +
    'Reads qcow2, vmdk, vdi, vhdx, vhd and raw images where they lie, without starting or mounting them.',
  params,
  ...diskOperation<z.infer<typeof params>>(() => ['--profile']),
});
