/** Paths of built files, valid in the built tree and in the sources. */
import { fileURLToPath } from 'node:url';

/** @param path Within `dist/`. */
export const builtFile = (path: string): string =>
  fileURLToPath(
    new URL(`${import.meta.url.includes('/dist/') ? '../../' : '../../dist/'}${path}`, import.meta.url),
  );
