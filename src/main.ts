#!/usr/bin/env node
/** The `darkroom` command. Each subcommand is a small file under `commands/`. */
import { reportFailure } from './cli/failure.ts';
import { createProgram } from './cli/program.ts';

// Whoever reads our output may have seen enough, such as `head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const args = process.argv.slice(2);
try {
  await (await createProgram(args)).parseAsync();
} catch (error) {
  // Not merely an exit code: a supervised worker has a channel to its parent, which would keep it alive and idle.
  process.exit(reportFailure(error, args.includes('--json')));
}
