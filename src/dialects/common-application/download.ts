/** Result files as one download. */
import type { Context } from 'hono';
import { fileResponse } from '../../api/files/file-response.ts';
import { zipResponse } from '../../api/zip/zip-response.ts';
import type { Job } from '../../jobs/model/job.ts';
import type { StoredResult } from '../../jobs/ports/job-archive.ts';
import { formatContentDisposition } from '../../lib/content-disposition.ts';

/** Returns a response with the only file of a result, or with a ZIP of all. */
export async function downloadResponse(
  c: Context,
  { id, completed_at }: Job,
  { files }: StoredResult,
): Promise<Response> {
  const [first, ...others] = files;
  if (first && others.length === 0) {
    const name = first.entry.path.split('/').at(-1) ?? first.entry.path;
    return attach(await fileResponse(c, first), name);
  }
  const modified = new Date(completed_at ?? 0);
  const entries = files.map(({ entry, crc32, open }) => ({ ...entry, crc32, modified, open: () => open() }));
  const fileName = `${id}.zip`;
  return attach(zipResponse(c, entries, { fileName }), fileName);
}

function attach(response: Response, name: string): Response {
  response.headers.set('content-disposition', formatContentDisposition('attachment', name));
  response.headers.set('content-type', 'application/octet-stream');
  return response;
}
