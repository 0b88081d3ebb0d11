/** Locations of files that come with the package, for the built tree and the source tree alike. */

const isSource = import.meta.url.endsWith('.ts');

/** The directory of package.json, with a slash at the end. */
export const packageRoot = new URL(isSource ? '../../' : '../../../', import.meta.url);

/** The directory of the compiled JavaScript, with a slash at the end. It exists only after a build. */
export const builtRoot = new URL('dist/', packageRoot);
