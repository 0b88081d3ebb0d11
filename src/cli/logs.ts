/** `darkroom logs`: prints the log of a job. */
import type { Command } from 'commander';
import type { LogEntry } from '../client/client.ts';
import { formatLogEntry } from '../dialects/native/log-text.ts';
import { connect, printJson, type ServerOptions, withServer } from './connection.ts';
import { type Colour, coloured } from './terminal/colour.ts';
import { plain } from './terminal/plain.ts';

type Options = ServerOptions & { readonly follow?: boolean };

const colours: Readonly<Record<LogEntry['level'], Colour | null>> = {
  info: null,
  warning: 'yellow',
  error: 'red',
};

export function define(command: Command): void {
  withServer(
    command.argument('<id>', 'the job').option('-f, --follow', 'wait for new lines until the job ends'),
    'print a line of JSON for each entry',
  ).action(async (id: string, options: Options) => {
    const client = connect(options);
    // Fails at once without such a job or a server. Only later outages are retried.
    if (options.follow) await client.get(id);
    for await (const entry of client.log(id, { follow: options.follow ?? false })) {
      if (options.json) printJson(entry);
      else
        console.log(coloured(plain(formatLogEntry(entry).trimEnd()), colours[entry.level], process.stdout));
    }
  });
}
