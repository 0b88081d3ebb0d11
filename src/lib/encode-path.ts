/** Encodes a path with slashes for an address. */
export const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
