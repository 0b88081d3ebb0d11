/** Sending assets to a job that waits for them, as a client does. */
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Job } from '../../src/jobs/model/job.ts';
import type { RunningDarkroom } from './darkroom.ts';

export type Source = { url: string } | { path: string };

export interface Answer {
  readonly status: number;
  /** Of an error. */
  readonly code: string | undefined;
  readonly job: Job;
}

export async function sendAssets(
  darkroom: RunningDarkroom,
  id: string,
  sources: readonly Source[],
  { final, key }: { final?: boolean; key?: string } = {},
): Promise<Answer> {
  const response = await darkroom.request(`/v1/jobs/${id}/assets`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify({ assets: sources.map((source) => ({ source })), final }),
  });
  const body = (await response.json()) as Job & { code?: string };
  return { status: response.status, code: body.code, job: body };
}

/** How the assets of a job that has ended fared, in order. */
export async function outcomes(
  darkroom: RunningDarkroom,
  id: string,
): Promise<{ name: string; status: string }[]> {
  const response = await darkroom.request(`/v1/jobs/${id}/result`);
  const body = await response.text();
  if (!response.ok) throw new Error(`Expected a result of job ${id}, got ${response.status}: ${body}`);
  const { assets } = JSON.parse(body) as { assets: { index: number; name: string; status: string }[] };
  return assets.map(({ name, status }) => ({ name, status }));
}

/** Names of the objects of a job in the store, of which the path below the job begins with this. */
export async function storedBelow(
  { dataDir }: RunningDarkroom,
  id: string,
  start: string,
): Promise<string[]> {
  const root = join(dataDir, 'store/public/jobs', id);
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && relative(root, join(entry.parentPath, entry.name)).startsWith(start))
    .map(({ name }) => name);
}
