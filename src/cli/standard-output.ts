/** Results on standard output. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Darkroom } from '../client/client.ts';
import { UsageError } from './exit-code.ts';

/**
 * Writes the only file of a result, or the one with this path. A result without files is printed as JSON.
 *
 * @throws UsageError if the result has several files and none is named
 */
export async function writeResult(client: Darkroom, id: string, path?: string): Promise<void> {
  const { kind, data, files } = await client.result(id);
  if (path === undefined && kind === 'json') return console.log(JSON.stringify(data));
  const [only, ...others] = files;
  if (path === undefined && (only === undefined || others.length > 0))
    throw new UsageError(
      `--out -: the result has ${files.length} files. Name one: darkroom results ${id} FILE --out -, or all as a ZIP: --archive -`,
    );
  await writeBody(await client.download(id, path ?? only?.path ?? ''));
}

/** Writes the body of a response. */
export async function writeBody({ body }: Response): Promise<void> {
  if (body) await pipeline(Readable.fromWeb(body as ReadableStream), process.stdout, { end: false });
}
