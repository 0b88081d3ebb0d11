/** The search field of the job list: the beginning of an id, or a label as `name=value`. */
import type { JobsQuery } from '../lib/route.ts';

type Search = Pick<JobsQuery, 'id_prefix' | 'label'>;

/** Labels are `name:value` in the query of the API. */
export function parseSearch(text: string): Search {
  const trimmed = text.trim();
  const at = trimmed.indexOf('=');
  if (at > 0) return { label: `${trimmed.slice(0, at).trim()}:${trimmed.slice(at + 1).trim()}` };
  return trimmed === '' ? {} : { id_prefix: trimmed };
}

export const writeSearch = ({ id_prefix, label }: Search): string =>
  label === undefined ? (id_prefix ?? '') : label.replace(':', '=');
