/**
 * The input roots of a tenant. `/srv/photos` belongs to the tenant `public` only, `/srv/{tenant}` is one directory per
 * tenant, and `all:/srv/common` is for all tenants.
 */
import { DarkroomError } from '../errors.ts';

const FOR_ALL = /^all:/;
const TENANT = '{tenant}';

/**
 * Returns the input directories of a tenant.
 *
 * @param roots `DARKROOM_INPUT_ROOTS`
 * @throws asset_path_forbidden if the tenant has none
 */
export function rootsOf(roots: readonly string[], tenant: string): string[] {
  const found = roots.filter((root) => tenant === 'public' || FOR_ALL.test(root) || root.includes(TENANT));
  if (found.length > 0) return found.map((root) => root.replace(FOR_ALL, '').replaceAll(TENANT, tenant));
  throw new DarkroomError(
    'asset_path_forbidden',
    `Tenant "${tenant}" has no input directory on this server; the operator sets them with DARKROOM_INPUT_ROOTS`,
  );
}

/** Returns the directory that must exist for a root. For one directory per tenant, that is their parent. */
export const requiredDirectory = (root: string): string =>
  root.replace(FOR_ALL, '').replace(new RegExp(`/[^/]*${TENANT}.*$`), '') || '/';
