/** What is written on the command line for a job: its assets and its labels. */

import type { JobAsset } from '../client/client.ts';
import { localFile } from '../client/files.ts';
import { UsageError } from './exit-code.ts';

/** A URL, `path:` and a path below an input root of the server, or a file of this machine, which is sent along. */
export async function parseAsset(text: string): Promise<JobAsset> {
  if (/^https?:\/\//i.test(text)) return { source: { url: text } };
  if (text.startsWith('path:')) return { source: { path: text.slice('path:'.length) } };
  try {
    return await localFile(text);
  } catch (error) {
    throw new UsageError(`${text}: ${describeFileError(error)}`, { cause: error });
  }
}

function describeFileError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file here; a file of the server is written path:NAME';
  if (code === 'EACCES') return 'the file may not be read';
  return error instanceof TypeError
    ? 'is a folder, or something else that is not a file; name its files'
    : message;
}

export function parseLabels(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new UsageError(`--label ${text}: write it as name=value`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
