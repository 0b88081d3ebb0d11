/** `darkroom delete`: deletes a job with its inputs and results. */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { connect, printJson, type ServerOptions, say, withServer } from './connection.ts';
import { UsageError } from './exit-code.ts';

export function define(command: Command): void {
  withServer(
    command
      .argument('<id>', 'the job')
      .option('-y, --yes', 'do not ask for confirmation')
      .option('--reason <text>', 'for the audit log'),
  ).action(
    async (id: string, options: ServerOptions & { readonly yes?: boolean; readonly reason?: string }) => {
      const client = connect(options);
      if (!options.yes && !(await isSure(id))) return say('Nothing was deleted');
      await client.delete(id, { reason: options.reason });
      if (options.json) printJson({ id, deleted: true });
      else say(`${id} is deleted; its id cannot be used again`);
    },
  );
}

async function isSure(id: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError('Not a terminal: pass --yes to confirm');
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(
      `Delete ${id} with its inputs and results? This cannot be undone. [y/N] `,
    );
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}
