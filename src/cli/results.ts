/** `darkroom results`: shows or downloads the results of a job. */
import type { Command } from 'commander';
import type { Manifest } from '../client/client.ts';
import { saveArchive } from '../client/files.ts';
import { formatBytes } from '../lib/units.ts';
import { connect, printJson, type ServerOptions, say, withServer } from './connection.ts';
import { makeFolder, prepareArchive } from './destination.ts';
import { fetchResults, printNotes } from './follow-job.ts';
import { columns } from './terminal/columns.ts';
import { plain } from './terminal/plain.ts';

type Options = ServerOptions & { readonly out?: string; readonly archive?: string };

export function define(command: Command): void {
  withServer(
    command
      .argument('<id>', 'the job')
      .option('--out <dir>', 'download the files to this directory; existing ones are skipped')
      .option('--archive <file>', 'download all files as one ZIP'),
  ).action(async (id: string, options: Options) => {
    const client = connect(options);
    if (options.out !== undefined) await makeFolder(options.out);
    if (options.archive !== undefined) await prepareArchive(options.archive);
    const result = await client.result(id);
    if (options.out !== undefined) await fetchResults(client, id, options.out);
    if (options.archive !== undefined) {
      await saveArchive(client, id, options.archive);
      say(options.archive);
    }
    if (options.json) return printJson(result);
    printFailures(result);
    printNotes(result.notes.map(({ message }) => message));
    if (options.out === undefined && options.archive === undefined) show(result);
  });
}

/** Prints a JSON result unchanged, for other programs, and files as a table. */
function show({ kind, data, files }: Manifest): void {
  const rows = files.map(({ path, size, media_type }) => [formatBytes(size), media_type, path]);
  console.log(kind === 'json' ? JSON.stringify(data, null, 2) : columns([['SIZE', 'TYPE', 'FILE'], ...rows]));
}

function printFailures({ assets }: Manifest): void {
  for (const { name, status, error } of assets)
    if (status === 'failed') say(`${plain(name)} failed: ${plain(error?.message ?? 'unknown error')}`);
}
