/** Assets on the command line. */
import { stat } from 'node:fs/promises';
import { escapePath, glob, isDynamicPattern } from 'tinyglobby';
import type { JobAsset } from '../../client/client.ts';
import { localFile } from '../../client/files.ts';
import { UsageError } from '../exit-code.ts';
import { standardInput } from './standard-input.ts';

export const assetHelp =
  'files, folders and "patterns" (uploaded), - (standard input), URLs (downloaded by the server), path:NAME (below an input ' +
  'root of the server), or s3:CREDENTIALS/KEY (of a bucket; with / at the end, all objects below it)';

/**
 * Reads the assets that the texts name, in order. The files of a folder and of a pattern are sorted by name; hidden ones are left out.
 *
 * @param stdinName Name of the asset that standard input becomes.
 * @throws UsageError if a file cannot be read, or a folder or a pattern has no files
 */
export async function readAssets(texts: readonly string[], stdinName: string): Promise<JobAsset[]> {
  if (texts.filter((text) => text === '-').length > 1)
    throw new UsageError('-: standard input is one asset; name it once');
  const assets: JobAsset[] = [];
  for (const text of texts) assets.push(...(await readAsset(text, stdinName)));
  return assets;
}

async function readAsset(text: string, stdinName: string): Promise<JobAsset[]> {
  if (text === '-') return [await standardInput(stdinName)];
  if (/^https?:\/\//i.test(text)) return [{ source: { url: text } }];
  if (text.startsWith('path:')) return [{ source: { path: text.slice('path:'.length) } }];
  const isFile = await exists(text);
  if (text.startsWith('s3:') && !isFile) return [parseObject(text)];
  const assets: JobAsset[] = [];
  for (const path of await listFiles(text)) {
    assets.push(
      await localFile(path).catch((error: unknown) => {
        throw new UsageError(`${path}: ${describeFileError(error)}`, { cause: error });
      }),
    );
  }
  return assets;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** `s3:NAME/KEY`, also `s3://NAME/KEY`. */
function parseObject(text: string): JobAsset {
  const [, credentials, key] = /^s3:(?:\/\/)?([^/]+)\/(.+)$/.exec(text) ?? [];
  if (credentials === undefined || key === undefined)
    throw new UsageError(`${text}: write s3:CREDENTIALS/KEY; "darkroom credentials list" shows the names`);
  return { source: { s3: key.endsWith('/') ? { credentials, prefix: key } : { credentials, key } } };
}

/** A file itself, the files of a folder, or those that a pattern matches. */
async function listFiles(text: string): Promise<string[]> {
  const info = await stat(text).catch(() => null);
  const isFolder = info?.isDirectory() ?? false;
  if (!isFolder && (info || !isDynamicPattern(text))) return [text];
  const pattern = isFolder ? `${escapePath(text.replace(/\/+$/, ''))}/**` : text;
  const files = await glob(pattern, {
    onlyFiles: true,
    followSymbolicLinks: false,
    expandDirectories: false,
  });
  if (files.length === 0)
    throw new UsageError(`${text}: ${isFolder ? 'the folder has no files' : 'no file matches this pattern'}`);
  return files.sort();
}

function describeFileError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file on this machine; write path:NAME for a file of the server';
  if (code === 'EACCES') return 'the file is not readable';
  return error instanceof TypeError ? 'is not a file' : message;
}
