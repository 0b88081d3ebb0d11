/** The commands of `darkroom`. Each is imported when it runs: the native code of a worker takes a second to load. */
import { type Command, Option } from 'commander';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly hidden?: boolean;
  /** Adds arguments, options and the action. */
  readonly define: (command: Command, createProgram: () => Promise<Command>) => void | Promise<void>;
}

/**
 * For commands that write to the data directory, the store or scratch space: their files, and those of the processes that
 * they start, are for this user alone.
 */
const keepFilesPrivate = (command: Command): Command =>
  command.hook('preAction', () => void process.umask(0o077));

const lazy = (
  name: string,
  summary: string,
  load: () => Promise<Pick<CommandEntry, 'define'>>,
): CommandEntry => ({
  name,
  summary,
  define: async (...args) => (await load()).define(...args),
});

export const table: readonly CommandEntry[] = [
  {
    name: 'serve',
    summary: 'run Temporal (unless TEMPORAL_ADDRESS is set), a worker and the API on this machine',
    define: (command) =>
      void keepFilesPrivate(command).action(async () => (await import('./serve.ts')).serve()),
  },
  {
    name: 'api',
    summary: 'run an API process',
    define: (command) => void keepFilesPrivate(command).action(async () => (await import('./api.ts')).api()),
  },
  {
    name: 'worker',
    summary: 'run a worker process',
    define: (command) =>
      void keepFilesPrivate(command)
        .option('--worker-id <name>', 'name of the worker in Temporal; default: process id and host name')
        .option(
          '--capabilities <names>',
          'capabilities to offer, such as cpu,3d: io for downloads, cpu for images, others as in "darkroom engines"; default: all that this machine has',
        )
        .addOption(
          new Option(
            '--embedded <address>',
            'address of the Temporal server that `serve` started',
          ).hideHelp(),
        )
        .action(async (options: { embedded?: string; workerId?: string; capabilities?: string }) =>
          (await import('./worker.ts')).worker(options),
        ),
  },
  {
    name: 'doctor',
    summary: 'check this machine and its settings, and show how to fix problems',
    define: (command) =>
      void keepFilesPrivate(command)
        .option('--json', 'print one JSON document on stdout, and nothing else')
        .addHelpText('after', '\nExit codes: 0 no problems, or warnings only; 1 something is broken')
        .action(async (options: { json?: boolean }) => (await import('./doctor.ts')).doctor(options)),
  },
  lazy(
    'replay',
    'check before an upgrade that this build can continue the workflows in Temporal',
    () => import('./replay.ts'),
  ),
  {
    name: 'config',
    summary: 'print all settings with value and description',
    define: (command) => void command.action(async () => (await import('./config.ts')).printConfig()),
  },
  {
    name: 'keys',
    summary: 'create, list and revoke API keys in the configured object store',
    define: async (command) => (await import('./keys.ts')).define(keepFilesPrivate(command)),
  },
  {
    name: 'audit',
    summary: 'export the audit log from the configured object store',
    define: async (command) => (await import('./audit.ts')).define(keepFilesPrivate(command)),
  },
  {
    name: 'webhook-secret',
    summary: 'print the secret that signs callbacks',
    define: (command) =>
      void keepFilesPrivate(command)
        .option('--tenant <name>', 'tenant whose callbacks are signed', 'public')
        .action(async (options: { tenant: string }) =>
          (await import('./webhook-secret.ts')).printWebhookSecret(options.tenant),
        ),
  },
  {
    name: 'reseal',
    summary:
      'encrypt stored credentials with the first key in DARKROOM_MASTER_KEY, before the others are removed',
    define: (command) =>
      void keepFilesPrivate(command)
        .option('--json', 'print one JSON document on stdout, and nothing else')
        .action(async (options: { json?: boolean }) => (await import('./reseal.ts')).reseal(options)),
  },
  lazy('submit', 'submit a job', () => import('./submit.ts')),
  lazy('watch', 'show the progress of a job until it ends', () => import('./watch.ts')),
  lazy('status', 'show the status of a job', () => import('./status.ts')),
  lazy('list', 'list jobs, unfinished ones first', () => import('./list.ts')),
  lazy('results', 'show or download the results of a job', () => import('./results.ts')),
  lazy('link', 'make a link to a result file that needs no login', () => import('./link.ts')),
  lazy('cancel', 'cancel a job', async () => ({
    define: (await import('./control.ts')).defineControl('cancel'),
  })),
  lazy('pause', 'pause a job after its running activities', async () => ({
    define: (await import('./control.ts')).defineControl('pause'),
  })),
  lazy('resume', 'resume a paused job', async () => ({
    define: (await import('./control.ts')).defineControl('resume'),
  })),
  lazy('rerun', 'run an ended job again', () => import('./rerun.ts')),
  lazy('delete', 'delete a job with its inputs and results', () => import('./delete.ts')),
  lazy(
    'credentials',
    'create, list, rotate and revoke credentials for buckets',
    () => import('./credentials.ts'),
  ),
  lazy('usage', 'show resource usage of jobs by day and operation', () => import('./usage.ts')),
  lazy('operations', 'list operations, or show one with its parameters', () => import('./operations.ts')),
  lazy(
    'engines',
    'list the capabilities that operations need and their availability, or install an engine',
    () => import('./engines.ts'),
  ),
  lazy(
    'completion',
    'print a shell completion script for commands, options, operations and job ids',
    () => import('./completion.ts'),
  ),
  {
    name: '__complete',
    summary: 'words for the completion scripts',
    hidden: true,
    define: async (command) => (await import('./completion/words.ts')).define(command),
  },
];
