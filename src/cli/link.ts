/** `darkroom link`: makes a link to a result file that needs no login. */
import type { Command } from 'commander';
import { connect, printJson, type ServerOptions, say, withServer } from './connection.ts';
import { readTime } from './parse-time.ts';

interface Options extends ServerOptions {
  readonly expires?: string;
}

export function define(command: Command): void {
  withServer(
    command
      .argument('<id>', 'the job')
      .argument('[path]', 'a file of its result; default: index.html, with all files that it shows')
      .option('--expires <time>', 'expiry: 30m, 12h, 7d, or a date; default: 1h'),
  ).action(async (id: string, path: string | undefined, { expires, ...options }: Options) => {
    const link = await connect(options).link(id, { path, expiresIn: parseExpiry(expires) });
    if (options.json) return printJson(link);
    console.log(link.url);
    say(`Anyone who has the link can open ${link.path} until ${link.expires_at}`);
  });
}

function parseExpiry(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return Math.round((readTime('--expires', text, 'future', '30m, 12h, 7d').getTime() - Date.now()) / 1000);
}
