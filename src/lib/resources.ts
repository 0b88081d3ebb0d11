/** Files that come with the package, found from the built tree as from the sources. */

const isSource = import.meta.url.endsWith('.ts');

/** The directory of package.json, with a slash at the end. */
export const packageRoot = new URL(isSource ? '../../' : '../../../', import.meta.url);

/** The directory of the compiled JavaScript, with a slash at the end. It must have been built. */
export const builtRoot = new URL('dist/', packageRoot);
