/** Settings of the slots of a worker, and of the sandbox for its child processes. */
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { defineSettings } from '../lib/settings/setting.ts';
import { bytesPerCapability, numberPerCapability, positiveInteger } from '../lib/settings/values.ts';

export const engineSettings = defineSettings({
  DARKROOM_CPU_SLOTS: {
    schema: positiveInteger,
    // One more than cores, so that no core idles while the next activity starts.
    default: () => String(availableParallelism() + 1),
    defaultMeaning: 'cores + 1',
    description: 'CPU-bound activities that one worker runs at once',
  },
  DARKROOM_IO_SLOTS: {
    schema: positiveInteger,
    default: '50',
    description: 'downloads and other I/O-bound activities that one worker runs at once',
  },
  DARKROOM_SLOTS: {
    schema: numberPerCapability,
    default: '',
    defaultMeaning: '1 each',
    description: 'activities that one worker runs at once per other capability, such as `vm=2,3d=1`',
  },
  DARKROOM_MEMORY: {
    schema: bytesPerCapability,
    default: '',
    defaultMeaning: 'half of the machine for each capability with engines or programs',
    description:
      'memory limit of the processes of a capability on one worker, divided among its slots, such as `3d=6G,vm=1G`',
  },
  DARKROOM_STALL_MS: {
    schema: positiveInteger,
    default: '600000',
    defaultMeaning: '10 minutes',
    description:
      'milliseconds without progress, CPU time and output after which a stage counts as hung: it runs again, at most twice',
  },
  DARKROOM_UNRESPONSIVE_MS: {
    schema: positiveInteger,
    default: '30000',
    description: 'milliseconds of a blocked event loop after which a worker ends itself, to be restarted',
  },
  DARKROOM_SANDBOX: {
    schema: z.enum(['auto', 'required', 'off'], 'must be auto, required or off'),
    default: 'auto',
    description:
      'sandbox for processes that decode pictures, inspect disks or run commands: auto, bubblewrap if the machine permits it, otherwise only limits of memory, time and privileges, and no command operations; required, a worker does not start without bubblewrap; off, only the limits, and commands run without a sandbox',
  },
});
