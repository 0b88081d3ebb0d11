/** `darkroom cancel`, `pause` and `resume`. */
import type { Command } from 'commander';
import { clientOf, printJson, type ServerOptions, say, withServer } from './connection.ts';

const done = {
  cancel: 'is being cancelled',
  pause: 'is paused: it finishes the step it is in, and begins no other',
  resume: 'goes on',
} as const;

export const defineControl = (control: keyof typeof done) => (command: Command) => {
  withServer(command.argument('<id>', 'the job')).action(async (id: string, options: ServerOptions) => {
    const job = await clientOf(options)[control](id);
    if (options.json) printJson(job);
    else say(`${id} ${job.state === 'cancelled' ? 'is cancelled' : done[control]}`);
  });
};
