/**
 * Which input directories a tenant has. `/srv/photos` is that of the tenant `public` alone, so that what lies there for those
 * who need not log in, or for one customer, is not there for the next; `/srv/{tenant}` stands for one for each tenant, and
 * `all:/srv/common` for one that all share.
 */
import { DarkroomError } from '../errors.ts';

const FOR_ALL = /^all:/;
const TENANT = '{tenant}';
const PUBLIC = 'public';

/** Throws asset_path_forbidden when the tenant has none. */
export function rootsOf(roots: readonly string[], tenant: string): string[] {
  const found = roots.flatMap((root) => {
    const isFor = tenant === PUBLIC || FOR_ALL.test(root) || root.includes(TENANT);
    return isFor ? [root.replace(FOR_ALL, '').replaceAll(TENANT, tenant)] : [];
  });
  if (found.length > 0) return found;
  throw new DarkroomError(
    'asset_path_forbidden',
    `Tenant "${tenant}" has no input directory on this server; the operator gives it one with DARKROOM_INPUT_ROOTS`,
  );
}

/** The directory that must be there for a root: of one for each tenant, the one that these lie in. */
export const placeOf = (root: string): string =>
  root.replace(FOR_ALL, '').replace(new RegExp(`/[^/]*${TENANT}.*$`), '') || '/';
