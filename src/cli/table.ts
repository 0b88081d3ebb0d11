/** The commands of `darkroom`, by group. Each is imported when it runs: the native code of a worker takes a second to load. */
import { type Command, Option } from 'commander';

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly hidden?: boolean;
  /** Shown in the help of the command. */
  readonly examples?: readonly string[];
  /** Adds arguments, options and the action. */
  readonly define: (command: Command, createProgram: () => Promise<Command>) => void | Promise<void>;
}

export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly CommandEntry[];
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
  ...examples: readonly string[]
): CommandEntry => ({
  name,
  summary,
  examples,
  define: async (...args) => (await load()).define(...args),
});

const jobs: CommandGroup = {
  title: 'Jobs:',
  commands: [
    lazy(
      'submit',
      'submit a job',
      () => import('./submit.ts'),
      'darkroom submit photo.jpg -o image.transform --set width=800 --watch --out results/',
      'darkroom submit album/ "raw/**/*.tif" -o image.contact-sheet --label album=holiday',
      'cat photo.jpg | darkroom submit - -o image.transform --set width=80 --out - > small.jpg',
      'darkroom submit s3:photo-bucket/shoots/1/ --steps pipeline.yaml --id shoot-1',
    ),
    lazy(
      'watch',
      'show the progress of a job until it ends',
      () => import('./watch.ts'),
      'darkroom watch shoot-1 --out results/',
    ),
    lazy('status', 'show the status of a job', () => import('./status.ts'), 'darkroom status shoot-1'),
    lazy(
      'logs',
      'print the log of a job',
      () => import('./logs.ts'),
      'darkroom logs shoot-1 --follow',
      `darkroom logs shoot-1 --jq 'select(.level == "warning") | .message'`,
    ),
    lazy(
      'list',
      'list jobs, unfinished ones first',
      () => import('./list.ts'),
      'darkroom list --state failed --since 2h',
      `darkroom list --label album=holiday --jq '.id'`,
    ),
    lazy(
      'open',
      'open the console, or the page of a job in it',
      () => import('./open.ts'),
      'darkroom open shoot-1',
    ),
    lazy(
      'cancel',
      'cancel a job',
      async () => ({ define: (await import('./control.ts')).defineControl('cancel') }),
      'darkroom cancel shoot-1 --reason "wrong album"',
    ),
    lazy('pause', 'pause a job after its running activities', async () => ({
      define: (await import('./control.ts')).defineControl('pause'),
    })),
    lazy('resume', 'resume a paused job', async () => ({
      define: (await import('./control.ts')).defineControl('resume'),
    })),
    lazy(
      'rerun',
      'run an ended job again',
      () => import('./rerun.ts'),
      'darkroom rerun shoot-1 --failed-assets --watch',
    ),
    lazy('delete', 'delete a job with its inputs and results', () => import('./delete.ts')),
  ],
};

const results: CommandGroup = {
  title: 'Results:',
  commands: [
    lazy(
      'results',
      'show or download the results of a job',
      () => import('./results.ts'),
      'darkroom results shoot-1 --out results/',
      'darkroom results shoot-1 web/coffee.webp --out - > coffee.webp',
      'darkroom results shoot-1 --archive results.zip',
    ),
    lazy(
      'link',
      'make a link to a result file that needs no login',
      () => import('./link.ts'),
      'darkroom link shoot-1 web/coffee.webp --expires 7d',
    ),
  ],
};

const server: CommandGroup = {
  title: 'The server as clients see it:',
  commands: [
    lazy(
      'operations',
      'list operations, or show one with its parameters',
      () => import('./operations.ts'),
      'darkroom operations image.transform',
    ),
    lazy(
      'engines',
      'list the capabilities that operations need and their availability, or install an engine',
      () => import('./engines.ts'),
      'darkroom engines install reconstruct',
    ),
    lazy('templates', 'write, list, show, delete and run templates of jobs', () => import('./templates.ts')),
    lazy('usage', 'show resource usage of jobs by day and operation', () => import('./usage.ts')),
    lazy(
      'credentials',
      'create, list, rotate and revoke credentials for buckets',
      () => import('./credentials.ts'),
    ),
  ],
};

const access: CommandGroup = {
  title: 'Servers and development:',
  commands: [
    lazy(
      'login',
      'store the address and the key of a server under a name',
      async () => ({ define: (await import('./servers/login.ts')).defineLogin }),
      'darkroom login --name prod --url https://darkroom.example.com',
      'darkroom list --server prod',
    ),
    lazy('logout', 'forget a stored server', async () => ({
      define: (await import('./servers/login.ts')).defineLogout,
    })),
    lazy('servers', 'list the stored servers', async () => ({
      define: (await import('./servers/login.ts')).defineServers,
    })),
    lazy(
      'listen',
      'receive callbacks in development: verify, print and forward them',
      () => import('./listen.ts'),
      'darkroom listen --forward-to http://127.0.0.1:3000/hook',
      'darkroom submit photo.jpg -o image.metadata --callback http://127.0.0.1:4242/',
    ),
    lazy(
      'completion',
      'print a shell completion script for commands, options, parameters, operations and job ids',
      () => import('./completion.ts'),
    ),
  ],
};

const operate: CommandGroup = {
  title: 'On the machine of the server:',
  commands: [
    {
      name: 'serve',
      summary: 'run Temporal (unless TEMPORAL_ADDRESS is set), a worker and the API on this machine',
      define: (command) =>
        void keepFilesPrivate(command).action(async () => (await import('./serve.ts')).serve()),
    },
    {
      name: 'api',
      summary: 'run an API process',
      define: (command) =>
        void keepFilesPrivate(command).action(async () => (await import('./api.ts')).api()),
    },
    {
      name: 'worker',
      summary: 'run a worker process',
      examples: ['darkroom worker --capabilities cpu,3d'],
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
    {
      name: 'config',
      summary: 'print all settings with value and description',
      define: (command) => void command.action(async () => (await import('./config.ts')).printConfig()),
    },
    {
      name: 'keys',
      summary: 'create, list and revoke API keys in the configured object store',
      examples: ['darkroom keys create --tenant acme --name ci --role submitter --expires 90d'],
      define: async (command) => (await import('./keys.ts')).define(keepFilesPrivate(command)),
    },
    {
      name: 'audit',
      summary: 'export the audit log from the configured object store',
      examples: ['darkroom audit export --since 7d --format csv'],
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
    lazy(
      'replay',
      'check before an upgrade that this build can continue the workflows in Temporal',
      () => import('./replay.ts'),
    ),
    {
      name: '__complete',
      summary: 'words for the completion scripts',
      hidden: true,
      define: async (command) => (await import('./completion/words.ts')).define(command),
    },
  ],
};

export const groups: readonly CommandGroup[] = [jobs, results, server, access, operate];
