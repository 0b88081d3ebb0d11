/** How a job has ended, and what it produced. */
import { createHash } from 'node:crypto';
import type { PatientClient } from './patient-client.ts';

export interface Outcome {
  readonly state: string;
  /** Null if it completed. */
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Runs of the job; 1 unless it ran again by itself. */
  readonly run: number;
  /** The JSON result and the paths, sizes and digests of all files. Digests are those of the bytes that were downloaded. */
  readonly result: string;
}

interface Result {
  readonly data: unknown;
  readonly files: readonly { path: string; size: number; sha256: string; media_type: string }[];
  readonly assets: readonly unknown[];
}

type Job = Pick<Outcome, 'state' | 'error' | 'run'>;

/**
 * Reads an ended job with all its files.
 *
 * @throws Error if a file does not have the digest that its job states.
 */
export async function readOutcome(client: PatientClient, id: string): Promise<Outcome> {
  const path = `/v1/jobs/${id}`;
  const { state, error, run } = await client.json<Job>(path);
  if (state !== 'completed') return { state, error, run, result: '' };
  const { data, files } = await client.json<Result>(`${path}/result`);
  const kept = [];
  for (const { path: name, size, sha256, media_type } of files) {
    const encoded = name.split('/').map(encodeURIComponent).join('/');
    const { bytes } = await client.send(`${path}/files/${encoded}`);
    const digest = createHash('sha256').update(bytes).digest('hex');
    if (digest !== sha256 || bytes.length !== size)
      throw new Error(`${name} of job ${id} has other bytes than the job states`);
    kept.push({ name, size, digest, media_type });
  }
  return { state, error, run, result: JSON.stringify({ data, files: kept }) };
}
