/** Names of tenants: they become parts of keys in the store, of workflow ids, and of paths. */

export const isTenant = (name: string): boolean => /^[a-z0-9][a-z0-9-]{0,62}$/.test(name);

/** What a name must be, for who gave another. */
export const TENANT_RULE = 'lower-case letters, digits and hyphens, at most 63, and no hyphen first';

/** The tenant of those who need not log in. */
export const PUBLIC = 'public';
