/** Routes of the console and their URLs. Routes are in the fragment, so pages can be reloaded, bookmarked and shared. */
import type { JobFilter } from '../../src/client/client.ts';

/** Filters and page of the job list. */
export interface JobsQuery {
  readonly state?: JobFilter['state'] | undefined;
  /** Jobs that have not ended. */
  readonly unfinished?: 'true' | undefined;
  readonly operation?: string | undefined;
  readonly dialect?: string | undefined;
  /** ISO 8601, or a date. */
  readonly since?: string | undefined;
  readonly id_prefix?: string | undefined;
  /** `name:value` */
  readonly label?: string | undefined;
  /** Cursor of the page; the first page if omitted. */
  readonly cursor?: string | undefined;
}

export type Route =
  | { readonly page: 'jobs'; readonly query: JobsQuery }
  | { readonly page: 'job'; readonly id: string }
  | { readonly page: 'submit'; readonly runnable: string | null; readonly from: string | null }
  | { readonly page: 'usage' }
  | { readonly page: 'operations' }
  | { readonly page: 'operation'; readonly name: string }
  | { readonly page: 'templates' }
  | { readonly page: 'template'; readonly name: string; readonly version: number | null }
  | { readonly page: 'not-found' };

export const hrefTo = {
  jobs: (query: JobsQuery = {}): string => {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
    const text = new URLSearchParams(given as [string, string][]).toString();
    return text === '' ? '#/' : `#/?${text}`;
  },
  job: (id: string): string => `#/jobs/${encodeURIComponent(id)}`,
  /**
   * @param runnable the name of an operation, or NAME@VERSION of a template
   * @param from the id of a job whose request the form begins with
   */
  submit: (runnable?: string, from?: string): string =>
    (runnable === undefined ? '#/new' : `#/new/${encodeURIComponent(runnable)}`) +
    (from === undefined ? '' : `?from=${encodeURIComponent(from)}`),
  usage: (): string => '#/usage',
  operations: (): string => '#/operations',
  operation: (name: string): string => `#/operations/${encodeURIComponent(name)}`,
  templates: (): string => '#/templates',
  template: (name: string, version?: number): string =>
    `#/templates/${encodeURIComponent(name)}${version === undefined ? '' : `?version=${version}`}`,
};

/** Parses `location.hash`. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [section, name, ...more] = path.split('/').map(decode);
  if (more.length > 0 || name === null) return { page: 'not-found' };
  switch (section) {
    case '':
      return { page: 'jobs', query: parseJobsQuery(new URLSearchParams(query)) };
    case 'jobs':
      return name === undefined ? { page: 'not-found' } : { page: 'job', id: name };
    case 'new':
      return { page: 'submit', runnable: name ?? null, from: new URLSearchParams(query).get('from') };
    case 'usage':
      return { page: 'usage' };
    case 'operations':
      return name === undefined ? { page: 'operations' } : { page: 'operation', name };
    case 'templates':
      return name === undefined
        ? { page: 'templates' }
        : { page: 'template', name, version: parseVersion(query) };
    default:
      return { page: 'not-found' };
  }
}

const parseVersion = (query: string): number | null =>
  Number(new URLSearchParams(query).get('version')) || null;

/** The server rejects unknown states. */
function parseJobsQuery(given: URLSearchParams): JobsQuery {
  const get = (name: string) => given.get(name) || undefined;
  return {
    state: get('state') as JobsQuery['state'],
    unfinished: get('unfinished') === 'true' ? 'true' : undefined,
    operation: get('operation'),
    dialect: get('dialect'),
    since: get('since'),
    id_prefix: get('id_prefix'),
    label: get('label'),
    cursor: get('cursor'),
  };
}

/** Returns null if `part` is not valid percent-encoding. */
function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
