/** Result files as one download: a file as it is, several as a ZIP. */
import type { Context } from 'hono';
import type { StoredResult } from '../../../jobs/archive.ts';
import type { Job } from '../../../jobs/job.ts';
import { encodeRfc5987, fileResponse } from '../../files.ts';
import { zipResponse } from '../../zip.ts';

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

/** What it is called is told twice, for clients that do not know the second form (RFC 6266). */
function attached(response: Response, name: string): Response {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const disposition = `attachment; filename="${plain}"; filename*=UTF-8''${encodeRfc5987(name)}`;
  response.headers.set('content-disposition', disposition);
  response.headers.set('content-type', 'application/octet-stream');
  return response;
}
