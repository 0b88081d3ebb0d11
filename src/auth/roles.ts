/** What each role may do. Every route of the API names one of these actions. */

/** From the least to the most powerful. A role may do all that the ones before it may. */
export const roles = ['viewer', 'submitter', 'operator', 'admin'] as const;

export type Role = (typeof roles)[number];

/** The role of keys and tokens that name none. */
export const DEFAULT_ROLE: Role = 'submitter';

/**
 * The least powerful role that may do each action, what the action is, and whether the audit log has each use of it. It has
 * each denial in any case.
 *
 * Jobs, results and usage are those of the caller's tenant, whatever its role. What operators see concerns all tenants.
 */
export const actions = {
  'jobs.read': ['viewer', 'list and watch jobs, read their requests, logs and deliveries'],
  'results.read': ['viewer', 'read results and download files'],
  'results.export': ['viewer', 'download all files of a result at once', 'audited'],
  'links.create': ['viewer', 'make links to results that need no login', 'audited'],
  'usage.read': ['viewer', 'read the usage of the tenant'],
  'server.read': ['viewer', 'read the operations and limits of the server'],
  'docs.read': ['viewer', 'read the API documents'],
  'jobs.submit': ['submitter', 'submit jobs and add assets', 'audited'],
  'jobs.control': ['submitter', 'cancel, pause, resume and rerun jobs, repeat callbacks', 'audited'],
  'jobs.delete': ['submitter', 'delete jobs with their results', 'audited'],
  'credentials.read': ['viewer', 'list the credentials of the tenant for buckets, without their keys'],
  'credentials.manage': ['submitter', 'create, rotate and revoke these credentials', 'audited'],
  'templates.read': ['viewer', 'list the templates of the tenant, shared and built-in ones'],
  'templates.manage': ['operator', 'write and delete the templates of the tenant', 'audited'],
  'templates.share': ['admin', 'write and delete templates that all tenants use'],
  'jobs.prioritize': ['operator', 'submit jobs that precede those of other tenants (`priority` 1 and 2)'],
  'metrics.read': ['operator', 'read the metrics of the server, which count the jobs of all tenants'],
  'workers.read': ['operator', 'see the names of workers'],
  'audit.read': ['admin', 'read the audit log, which has the events of all tenants', 'audited'],
  'temporal.open': ['operator', "open Temporal's Web UI, which shows all tenants"],
} as const satisfies Readonly<Record<string, readonly [Role, string, 'audited'?]>>;

export type Action = keyof typeof actions;

/** Returns the least powerful role that may do an action. */
export const roleFor = (action: Action): Role => actions[action][0];

/** Whether the audit log has each use of an action. */
export const isAudited = (action: Action): boolean => actions[action].length > 2;

/** Whether a role may do an action. */
export const permits = (role: Role, action: Action): boolean =>
  roles.indexOf(role) >= roles.indexOf(roleFor(action));
