/** guestkit.inspect: what is installed on the disk of a virtual machine, without starting or mounting it. */
import { z } from 'zod';
import { diskFormat, diskOperation } from '../lib/guestprobe/disk-operation.ts';
import { defineOperation, onError } from '../operation.ts';

const params = z.strictObject({
  format: diskFormat,
  include_packages: z
    .boolean()
    .default(true)
    .describe('Name each installed package, not only how many there are'),
  include_services: z.boolean().default(true).describe('Name the services that start with the system'),
  on_error: onError,
});

export const guestkitInspect = defineOperation({
  name: 'guestkit.inspect',
  title: 'Inspect a disk image',
  description:
    'Tells what is installed on the disk of a virtual machine: the operating system, its packages, services and users, partitions ' +
    'and file systems. Reads qcow2, vmdk, vdi, vhdx, vhd and raw images where they lie, without starting or mounting them.',
  params,
  ...diskOperation<z.infer<typeof params>>(({ include_packages, include_services }) => [
    ...(include_packages ? ['--packages'] : []),
    ...(include_services ? ['--services'] : []),
  ]),
});
