/** Parses assets and labels of the command line. */
import type { JobAsset } from '../client/client.ts';
import { localFile } from '../client/files.ts';
import { UsageError } from './exit-code.ts';

/**
 * Parses an asset: a URL, `path:` with a path below an input root of the server, or a local file, which is uploaded.
 *
 * @throws UsageError if the file cannot be read
 */
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
  if (code === 'ENOENT') return 'no such file on this machine; write path:NAME for a file of the server';
  if (code === 'EACCES') return 'the file is not readable';
  return error instanceof TypeError ? 'is not a file; name the files in a directory one by one' : message;
}

/** Collects the values of an option that may be given several times. */
export const repeated = (value: string, before: readonly string[] = []) => [...before, value];

/**
 * Names of labels have neither `=` nor `:`.
 *
 * @throws UsageError if a text is neither `name=value` nor `name:value`
 */
export function parseLabels(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.search(/[=:]/);
      if (at < 1) throw new UsageError(`--label ${text}: write it as name=value`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
