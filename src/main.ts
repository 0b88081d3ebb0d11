#!/usr/bin/env node
/** The `darkroom` command. Each subcommand is a file in `src/cli/`. */
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
  // An exit code alone would not end the process: the channel of a supervised worker to its parent keeps it running.
  process.exit(reportFailure(error, args.includes('--json')));
}
