#!/usr/bin/env node
/** The `darkroom` command. Each subcommand is a small file under `commands/`. */
import { Command, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { ConfigError } from './config.ts';

const program = new Command('darkroom')
  .description('A durable job server for image and asset processing')
  .version(packageJson.version)
  .showHelpAfterError()
  .addHelpText(
    'after',
    '\nSettings are environment variables; "darkroom config" lists them. To begin: darkroom serve',
  );

// Imported when they are run: the worker's native code takes a second to load.
program
  .command('serve')
  .description(
    'run everything on this machine: Temporal (unless TEMPORAL_ADDRESS is set), a worker and the API',
  )
  .action(async () => (await import('./commands/serve.ts')).serve());
program
  .command('api')
  .description('run the API alone')
  .action(async () => (await import('./commands/api.ts')).api());
program
  .command('worker')
  .description('run a worker alone')
  .addOption(new Option('--embedded <address>', 'of the server that `serve` started').hideHelp())
  .action(async (options: { embedded?: string }) =>
    (await import('./commands/worker.ts')).worker(options.embedded),
  );
program
  .command('config')
  .description('print all settings, their values here, and what they mean')
  .action(async () => (await import('./commands/config.ts')).printConfig());
program
  .command('webhook-secret')
  .description('print the secret that callbacks are signed with')
  .option('--tenant <name>', 'whose callbacks', 'public')
  .action(async (options: { tenant: string }) =>
    (await import('./commands/webhook-secret.ts')).printWebhookSecret(options.tenant),
  );

try {
  await program.parseAsync();
} catch (error) {
  // What the operator can mend is told in a sentence; only what cannot be foreseen needs a stack.
  const expected = error instanceof Error && (error instanceof ConfigError || !isBug(error));
  console.error(expected ? `darkroom: ${error.message}` : error);
  // Not merely an exit code: a supervised worker has a channel to its parent, which would keep it alive and idle.
  process.exit(1);
}

function isBug(error: Error): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof SyntaxError;
}
