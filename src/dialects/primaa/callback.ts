/** Jobs in the words of primaa, and what its callbacks say. */
import type { FileEntry, Job, Manifest } from '../../jobs/model/job.ts';
import type { JobState } from '../../jobs/model/states.ts';
import type { CallbackNews } from '../callback-body.ts';

type PrimaaStatus = 'Pending' | 'Processing' | 'Completed' | 'Failed';

const words: Readonly<Record<JobState, PrimaaStatus>> = {
  created: 'Pending',
  queued: 'Pending',
  downloading: 'Processing',
  waiting: 'Pending',
  processing: 'Processing',
  packaging: 'Processing',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Failed',
};

interface PrimaaJob {
  readonly code: 200;
  readonly job_id: string;
  readonly status: PrimaaStatus;
  /** Why it failed. */
  readonly error: string | null;
}

export const primaaJob = ({ id, state, error }: Job): PrimaaJob => ({
  code: 200,
  job_id: id,
  status: words[state],
  error: error?.message ?? (state === 'cancelled' ? 'The job was cancelled' : null),
});

type PrimaaFile = Omit<FileEntry, 'asset'> & { readonly url: string };

/** The JSON that an operation gave; of one that makes files, where they are. */
export function primaaResult({ id, kind, data, files }: Manifest, publicUrl: string): unknown {
  if (kind === 'json') return data;
  const url = (path: string) =>
    `${publicUrl}/v1/jobs/${id}/files/${path.split('/').map(encodeURIComponent).join('/')}`;
  return { files: files.map(({ asset: _, ...file }): PrimaaFile => ({ ...file, url: url(file.path) })) };
}

export async function primaaBody({ job, token, publicUrl, result }: CallbackNews): Promise<unknown> {
  const found = await result();
  return {
    ...primaaJob(job),
    result: found && primaaResult(found.manifest, publicUrl),
    callback_token: token,
  };
}
