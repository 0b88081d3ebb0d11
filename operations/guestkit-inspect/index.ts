/** guestkit.inspect: the full report on the disk image of a virtual machine. */
import { z } from 'zod';
import { diskFormat, diskOperation } from '../lib/guestprobe/disk-operation.ts';
import { defineOperation, onError } from '../operation.ts';

const params = z.strictObject({
  format: diskFormat,
  include_packages: z.boolean().default(true).describe('List each installed package, not only their number'),
  include_services: z.boolean().default(true).describe('List the services that start at boot'),
  on_error: onError,
});

export const guestkitInspect = defineOperation({
  name: 'guestkit.inspect',
  title: 'Inspect a disk image',
  description:
    'Reports what is installed on the disk image of a virtual machine: operating system, packages, services, users, partitions and file ' +
    'systems. Reads qcow2, vmdk, vdi, vhdx, vhd and raw images in place, without starting or mounting them.',
  params,
  ...diskOperation<z.infer<typeof params>>(({ include_packages, include_services }) => [
    ...(include_packages ? ['--packages'] : []),
    ...(include_services ? ['--services'] : []),
  ]),
});
