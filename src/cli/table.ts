/** The commands of `darkroom`. What a command needs is imported when it is run: a worker's native code takes a second to load. */
import { type Command, Option } from 'commander';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly hidden?: boolean;
  /** Adds arguments, options and the action. */
  readonly define: (command: Command, createProgram: () => Promise<Command>) => void | Promise<void>;
}

export const table: readonly CommandEntry[] = [
  {
    name: 'serve',
    summary:
      'run everything on this machine: Temporal (unless TEMPORAL_ADDRESS is set), a worker and the API',
    define: (command) => void command.action(async () => (await import('./serve.ts')).serve()),
  },
  {
    name: 'api',
    summary: 'run the API alone',
    define: (command) => void command.action(async () => (await import('./api.ts')).api()),
  },
  {
    name: 'worker',
    summary: 'run a worker alone',
    define: (command) =>
      void command
        .option('--worker-id <name>', 'its name in Temporal, instead of process and host')
        .option(
          '--capabilities <names>',
          'what to do and nothing else, such as cpu,3d: io is everything that waits, cpu pictures, the others are those of "darkroom engines"; default: all that this machine can',
        )
        .addOption(new Option('--embedded <address>', 'of the server that `serve` started').hideHelp())
        .action(async (options: { embedded?: string; workerId?: string; capabilities?: string }) =>
          (await import('./worker.ts')).worker(options),
        ),
  },
  {
    name: 'doctor',
    summary: 'look at this machine and its settings, and say what is wrong and how to mend it',
    define: async (command) => (await import('./doctor.ts')).define(command),
  },
  {
    name: 'config',
    summary: 'print all settings, their values here, and what they mean',
    define: (command) => void command.action(async () => (await import('./config.ts')).printConfig()),
  },
  {
    name: 'keys',
    summary: 'make, list and revoke keys of the API, in the object store of these settings',
    define: async (command) => (await import('./keys.ts')).define(command),
  },
  {
    name: 'webhook-secret',
    summary: 'print the secret that callbacks are signed with',
    define: (command) =>
      void command
        .option('--tenant <name>', 'whose callbacks', 'public')
        .action(async (options: { tenant: string }) =>
          (await import('./webhook-secret.ts')).printWebhookSecret(options.tenant),
        ),
  },
  {
    name: 'submit',
    summary: 'submit a job',
    define: async (command) => (await import('./submit.ts')).define(command),
  },
  {
    name: 'watch',
    summary: 'show the progress of a job until it has ended',
    define: async (command) => (await import('./watch.ts')).define(command),
  },
  {
    name: 'status',
    summary: 'tell how a job stands',
    define: async (command) => (await import('./status.ts')).define(command),
  },
  {
    name: 'list',
    summary: 'list jobs: what runs, then what has ended',
    define: async (command) => (await import('./list.ts')).define(command),
  },
  {
    name: 'results',
    summary: 'show or fetch what a job made',
    define: async (command) => (await import('./results.ts')).define(command),
  },
  {
    name: 'cancel',
    summary: 'stop a job',
    define: async (command) => (await import('./control.ts')).defineControl('cancel')(command),
  },
  {
    name: 'pause',
    summary: 'hold a job before its next step',
    define: async (command) => (await import('./control.ts')).defineControl('pause')(command),
  },
  {
    name: 'resume',
    summary: 'let a paused job go on',
    define: async (command) => (await import('./control.ts')).defineControl('resume')(command),
  },
  {
    name: 'rerun',
    summary: 'run a job that has ended once more',
    define: async (command) => (await import('./rerun.ts')).define(command),
  },
  {
    name: 'delete',
    summary: 'erase a job and all that belongs to it',
    define: async (command) => (await import('./delete.ts')).define(command),
  },
  {
    name: 'usage',
    summary: 'tell what jobs took, by day and operation',
    define: async (command) => (await import('./usage.ts')).define(command),
  },
  {
    name: 'operations',
    summary: 'list what the server can do, or tell of one operation and its parameters',
    define: async (command) => (await import('./operations.ts')).define(command),
  },
  {
    name: 'engines',
    summary: 'list what operations need of workers and whether a live worker offers it, or install an engine',
    define: async (command) => (await import('./engines.ts')).define(command),
  },
  {
    name: 'completion',
    summary: 'print a script that lets your shell complete commands, options, operations and job ids',
    define: async (command, createProgram) =>
      (await import('./completion.ts')).define(command, createProgram),
  },
  {
    name: '__complete',
    summary: 'words for the completion scripts',
    hidden: true,
    define: async (command) => (await import('./completion/words.ts')).define(command),
  },
];
