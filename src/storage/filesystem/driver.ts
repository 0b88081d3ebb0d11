/** How DARKROOM_STORE names a directory. */
import { resolve } from 'node:path';
import type { StoreDriver } from '../driver.ts';

interface FilesystemAddress {
  readonly kind: 'file';
  /** Absolute. */
  readonly directory: string;
}

export const filesystemDriver: StoreDriver<FilesystemAddress> = {
  kind: 'file',
  forms: ['file:DIRECTORY'],
  settings: {},

  parse(text) {
    const [, directory] = /^file:(.+)$/.exec(text) ?? [];
    return directory === undefined ? null : { kind: 'file', directory: resolve(directory) };
  },

  async open({ directory }) {
    const { createFilesystemStore } = await import('./index.ts');
    return createFilesystemStore({ root: directory });
  },
};
