/** `darkroom open`: opens the console in the browser. */
import type { Command } from 'commander';
import openInBrowser from 'open';
import { connect, findServer, type ServerOptions, withServer } from './connection.ts';

type Options = ServerOptions & { readonly print?: boolean };

export function define(command: Command): void {
  withServer(
    command
      .argument('[id]', 'the job; default: the list of jobs')
      .option('--print', 'only print the address'),
  ).action(async (id: string | undefined, options: Options) => {
    // A job that does not exist is an error here, rather than a page that says so.
    if (id !== undefined) await connect(options).get(id);
    const { url } = findServer(options);
    const address = new URL(url);
    [address.username, address.password] = ['', ''];
    const base = address.href.replace(/\/+$/, '');
    const page = id === undefined ? `${base}/` : `${base}/#/jobs/${encodeURIComponent(id)}`;
    console.log(page);
    if (!options.print) await openInBrowser(page);
  });
}
