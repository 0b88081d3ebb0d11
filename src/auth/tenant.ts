/** Names of tenants. They become parts of store keys, workflow ids and paths. */

export const isTenant = (name: string): boolean => /^[a-z0-9][a-z0-9-]{0,62}$/.test(name);

/** The rule of `isTenant`, for error messages. */
export const TENANT_RULE = 'lower-case letters, digits and hyphens, at most 63, and no hyphen first';

/** The tenant of callers without credentials, on a server without authentication. */
export const PUBLIC = 'public';
