/** Jobs as primaa's clients know them. */
import { jobUrl } from '../../api/job-links.ts';
import type { Job } from '../../jobs/model/job.ts';
import type { FileEntry, Manifest } from '../../jobs/model/result.ts';
import type { JobState } from '../../jobs/model/states.ts';
import { encodePath } from '../../lib/encode-path.ts';

export const NAME = 'primaa';

type PrimaaStatus = 'Pending' | 'Processing' | 'Completed' | 'Failed';

const statusByState: Readonly<Record<JobState, PrimaaStatus>> = {
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

export const toPrimaaJob = ({ id, state, error }: Job): PrimaaJob => ({
  code: 200,
  job_id: id,
  status: statusByState[state],
  error: error?.message ?? (state === 'cancelled' ? 'The job was cancelled' : null),
});

type PrimaaFile = Omit<FileEntry, 'asset'> & { readonly url: string };

/** Returns the JSON result of an operation; for a result with files, their addresses. */
export function toPrimaaResult({ id, kind, data, files }: Manifest, publicUrl: string): unknown {
  if (kind === 'json') return data;
  const url = (path: string) => `${jobUrl(id, publicUrl)}/files/${encodePath(path)}`;
  return { files: files.map(({ asset: _, ...file }): PrimaaFile => ({ ...file, url: url(file.path) })) };
}
