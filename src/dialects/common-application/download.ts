/** Result files as one download: a file as it is, several as a ZIP. */
import type { Context } from 'hono';
import { fileResponse } from '../../api/files/file-response.ts';
import { zipResponse } from '../../api/zip/zip-response.ts';
import type { Job } from '../../jobs/model/job.ts';
import type { StoredResult } from '../../jobs/ports/job-archive.ts';
import { formatContentDisposition } from '../../lib/content-disposition.ts';

export async function streamOf(
  c: Context,
  { id, completed_at }: Job,
  { files }: StoredResult,
): Promise<Response> {
  const [first, ...others] = files;
  if (first && others.length === 0) {
    const name = first.entry.path.split('/').at(-1) ?? first.entry.path;
    return attached(await fileResponse(c, first), name);
  }
  const modified = new Date(completed_at ?? 0);
  const entries = files.map(({ entry, open }) => ({ ...entry, modified, open: () => open() }));
  const fileName = `${id}.zip`;
  return attached(zipResponse(c, entries, { fileName }), fileName);
}

function attached(response: Response, name: string): Response {
  response.headers.set('content-disposition', formatContentDisposition('attachment', name));
  response.headers.set('content-type', 'application/octet-stream');
  return response;
}
