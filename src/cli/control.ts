/** `darkroom cancel`, `pause` and `resume`. */
import type { Command } from 'commander';
import { connect, printJson, type ServerOptions, say, withServer } from './connection.ts';

const done = {
  cancel: 'is being cancelled',
  pause: 'is paused once its running activities have finished',
  resume: 'continues',
} as const;

interface Options extends ServerOptions {
  readonly reason?: string;
}

export const defineControl = (control: keyof typeof done) => (command: Command) => {
  const jobCommand = withServer(command.argument('<id>', 'the job'));
  if (control === 'cancel')
    jobCommand.option('--reason <text>', 'shown as the message of the job, and in the audit log');
  jobCommand.action(async (id: string, { reason, ...options }: Options) => {
    const job = await connect(options)[control](id, { reason });
    if (options.json) printJson(job);
    else say(`${id} ${job.state === 'cancelled' ? 'is cancelled' : done[control]}`);
  });
};
