/** `darkroom results`: shows or downloads the results of a job. */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Darkroom, Manifest } from '../client/client.ts';
import { saveArchive, saveFile } from '../client/files.ts';
import { formatBytes } from '../lib/units.ts';
import { connect, printJson, type ServerOptions, say, withServer } from './connection.ts';
import { makeFolder, prepareArchive } from './destination.ts';
import { UsageError } from './exit-code.ts';
import { fetchResults, printNotes } from './follow-job.ts';
import { writeBody, writeResult } from './standard-output.ts';
import { columns } from './terminal/columns.ts';
import { plain } from './terminal/plain.ts';

type Options = ServerOptions & { readonly out?: string; readonly archive?: string };

export function define(command: Command): void {
  withServer(
    command
      .argument('<id>', 'the job')
      .argument('[path]', 'only this file of the result')
      .option('--out <dir>', 'download to this directory, skipping existing files; - for standard output')
      .option('--archive <file>', 'download all files as one ZIP; - for standard output'),
  ).action(async (id: string, path: string | undefined, options: Options) => {
    const { out, archive, json } = options;
    if ([out, archive, json ? '-' : ''].filter((target) => target === '-').length > 1)
      throw new UsageError('Only one of --out -, --archive - and --json can write to standard output');
    if (archive !== undefined && path !== undefined)
      throw new UsageError(`--archive has all files; for ${path} use --out`);
    const client = connect(options);
    if (out === '-') return writeResult(client, id, path);
    if (archive === '-') return writeBody(await client.archive(id));
    await download(client, id, path, options);
  });
}

async function download(
  client: Darkroom,
  id: string,
  path: string | undefined,
  { out, archive, json }: Options,
): Promise<void> {
  if (out !== undefined) await makeFolder(out);
  if (archive !== undefined) await prepareArchive(archive);
  const result = await client.result(id);
  if (out !== undefined) {
    if (path === undefined) await fetchResults(client, id, out);
    else await fetchFile(client, id, findFile(result, path), out);
  }
  if (archive !== undefined) {
    await saveArchive(client, id, archive);
    say(archive);
  }
  if (json) return printJson(path === undefined ? result : findFile(result, path));
  printFailures(result);
  printNotes(result.notes.map(({ message }) => message));
  if (out === undefined && archive === undefined)
    show(path === undefined ? result : { ...result, kind: 'files', files: [findFile(result, path)] });
}

function findFile({ id, files }: Manifest, path: string): Manifest['files'][number] {
  const file = files.find((one) => one.path === path);
  if (file) return file;
  throw new UsageError(`The result has no file "${path}"; "darkroom results ${id}" lists them`);
}

async function fetchFile(
  client: Darkroom,
  id: string,
  file: Manifest['files'][number],
  folder: string,
): Promise<void> {
  const target = join(folder, file.path.split('/').at(-1) ?? '');
  await saveFile(client, id, file, target);
  say(`${target}  ${formatBytes(file.size)}`);
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
