/** How DARKROOM_STORE names a directory. */
import { resolve } from 'node:path';
import { findRelativeFault } from '../../lib/settings/values.ts';
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
    if (directory === undefined) return null;
    const fault = findRelativeFault(directory);
    if (fault !== null) throw new TypeError(fault);
    return { kind: 'file', directory: resolve(directory) };
  },

  async open({ directory }) {
    const { createFilesystemStore } = await import('./index.ts');
    return createFilesystemStore({ root: directory });
  },
};
