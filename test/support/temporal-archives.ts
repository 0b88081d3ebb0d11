/** Small stand-ins for Temporal's release archives, and a server that hands them out. */
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { create } from 'tar';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** An executable that answers `--version` as Temporal's tool of this server version does. */
export async function fakeTemporal(path: string, server = '1.29.1'): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho "temporal version 1.5.1 (Server ${server}, UI 2.42.1)"\n`);
  await chmod(path, 0o755);
}

/** A .tar.gz with a fake executable, and whatever else `add` puts beside it, made in `folder`. */
export async function archive(
  folder: string,
  add: (folder: string) => Promise<string[]> = async () => [],
): Promise<Buffer> {
  const content = join(folder, 'content');
  await fakeTemporal(join(content, 'temporal'));
  const names = ['temporal', ...(await add(content))];
  await create({ gzip: true, cwd: content, file: join(folder, 'made.tar.gz'), preservePaths: true }, names);
  return readFile(join(folder, 'made.tar.gz'));
}

/** An archive whose only entry named `temporal` is a link. */
export async function archiveOfLink(folder: string): Promise<Buffer> {
  const content = join(folder, 'content');
  await mkdir(content, { recursive: true });
  await symlink('/bin/sh', join(content, 'temporal'));
  await create({ gzip: true, cwd: content, file: join(folder, 'made.tar.gz') }, ['temporal']);
  return readFile(join(folder, 'made.tar.gz'));
}

export interface Mirror {
  readonly url: string;
  /** Requested paths, in order. */
  readonly requestedPaths: string[];
  close(): Promise<void>;
}

export async function startMirror(answer: RequestListener): Promise<Mirror> {
  const requestedPaths: string[] = [];
  const server = createServer((request, response) => {
    requestedPaths.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestedPaths,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
