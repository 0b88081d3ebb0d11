/** Checks that lists have each accepted job once. */
import type { PatientClient } from '../load/patient-client.ts';
import type { Violation } from './violation.ts';

interface Page {
  readonly jobs: readonly { readonly id: string; readonly state: string }[];
  readonly next_cursor: string | null;
}

/** Ids of all listed jobs, in the order of the list. */
export async function listJobs(client: PatientClient): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const next: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Page = await client.json<Page>(`/v1/jobs?limit=100${next}`);
    ids.push(...page.jobs.map(({ id }) => id));
    cursor = page.next_cursor;
  }
  return ids;
}

/** @param accepted - Ids of the accepted jobs. */
export function checkList(listed: readonly string[], accepted: readonly string[]): Violation[] {
  const counts = new Map<string, number>();
  for (const id of listed) counts.set(id, (counts.get(id) ?? 0) + 1);
  const found: Violation[] = [];
  for (const id of accepted)
    if (!counts.has(id)) found.push({ kind: 'lost', what: `job ${id}`, message: 'it is not listed' });
  for (const [id, count] of counts) {
    if (count > 1)
      found.push({ kind: 'duplicated', what: `job ${id}`, message: `it is listed ${count} times` });
    if (!accepted.includes(id))
      found.push({ kind: 'duplicated', what: `job ${id}`, message: 'it is listed, and no client knows it' });
  }
  return found;
}
