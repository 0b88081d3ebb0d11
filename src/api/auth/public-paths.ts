/** Paths that are readable without login. */

/** Methods that change nothing (RFC 9110, section 9.2.1). */
export const READ_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Whether a path is public.
 *
 * @param publicPaths paths; one that ends with `/*` includes all paths below it
 */
export const isPublicPath = (publicPaths: readonly string[], path: string): boolean =>
  publicPaths.some((each) => (each.endsWith('/*') ? path.startsWith(each.slice(0, -1)) : path === each));
