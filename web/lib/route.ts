/** Pages and their addresses. They lie behind the `#`, so that any of them can be loaded, kept and sent to others. */
import type { JobFilter } from '../../src/client/client.ts';

/** What the list of jobs shows. */
export interface JobsQuery {
  readonly state?: JobFilter['state'] | undefined;
  readonly operation?: string | undefined;
  /** Of the page; the first when left out. */
  readonly cursor?: string | undefined;
}

export type Route =
  | { readonly page: 'jobs'; readonly query: JobsQuery }
  | { readonly page: 'job'; readonly id: string }
  | { readonly page: 'submit'; readonly operation: string | null }
  | { readonly page: 'operations' }
  | { readonly page: 'operation'; readonly name: string }
  | { readonly page: 'nowhere' };

export const hrefTo = {
  jobs: (query: JobsQuery = {}): string => {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
    const text = new URLSearchParams(given as [string, string][]).toString();
    return text === '' ? '#/' : `#/?${text}`;
  },
  job: (id: string): string => `#/jobs/${encodeURIComponent(id)}`,
  submit: (operation?: string): string =>
    operation === undefined ? '#/new' : `#/new/${encodeURIComponent(operation)}`,
  operations: (): string => '#/operations',
  operation: (name: string): string => `#/operations/${encodeURIComponent(name)}`,
};

/** `hash`: as `location.hash` has it. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [room, name, ...more] = path.split('/').map(decode);
  if (more.length > 0 || name === null) return { page: 'nowhere' };
  switch (room) {
    case '':
      return { page: 'jobs', query: parseJobsQuery(new URLSearchParams(query)) };
    case 'jobs':
      return name === undefined ? { page: 'nowhere' } : { page: 'job', id: name };
    case 'new':
      return { page: 'submit', operation: name ?? null };
    case 'operations':
      return name === undefined ? { page: 'operations' } : { page: 'operation', name };
    default:
      return { page: 'nowhere' };
  }
}

/** A state that there is not is the server's to refuse. */
function parseJobsQuery(given: URLSearchParams): JobsQuery {
  const of = (name: string) => given.get(name) || undefined;
  return { state: of('state') as JobsQuery['state'], operation: of('operation'), cursor: of('cursor') };
}

/** Null: not escaped as addresses are. */
function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
