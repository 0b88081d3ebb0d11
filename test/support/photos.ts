import { readFile } from 'node:fs/promises';

/** The example photographs of the project. */
export const photo = (name: string): Promise<Buffer> =>
  readFile(new URL(`../../examples/photos/${name}`, import.meta.url));
