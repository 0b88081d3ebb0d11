/** Paths that are readable without login. */

/** Methods that change nothing (RFC 9110, section 9.2.1). */
export const READ_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Whether a list has a path.
 *
 * @param paths one that ends with `/*` includes all paths below it
 */
export const matchesPath = (paths: readonly string[], path: string): boolean =>
  paths.some((each) => (each.endsWith('/*') ? path.startsWith(each.slice(0, -1)) : path === each));
