/**
 * A registry of npm that has one package of this machine. The packages that it needs are those of package-lock.json, which
 * npm takes from its cache, or from the registry in use.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface PackageRegistry {
  readonly url: string;
  close(): Promise<void>;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dist: { readonly tarball: string; readonly integrity: string };
}

const read = async (name: string) =>
  JSON.parse(await readFile(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8'));

/** Publishes a tarball of this project, as a registry does: with the mark that it has a shrinkwrap, which npm then follows. */
export async function startPackageRegistry(tarball: string): Promise<PackageRegistry> {
  const content = await readFile(tarball);
  const file = `/${basename(tarball)}`;
  const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'registry']);
  const upstream = stdout.trim().replace(/\/$/, '');
  const manifests = await readLocked(upstream);
  const own = await read('package.json');
  const server = createServer((request, response) => {
    if (request.url === file) return response.end(content);
    // npm asks this registry for tarballs that it does not have.
    if (request.url?.includes('/-/'))
      return response.writeHead(307, { location: upstream + request.url }).end();
    const name = decodeURIComponent(request.url?.slice(1) ?? '');
    const versions = manifests.get(name) ?? {};
    if (name === own.name) {
      const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
      const dist = { tarball: `http://${request.headers.host}${file}`, integrity };
      versions[own.version] = { ...own, _hasShrinkwrap: true, dist };
    }
    const [latest] = Object.keys(versions);
    response.writeHead(latest === undefined ? 404 : 200, { 'content-type': 'application/json' });
    return response.end(JSON.stringify({ name, 'dist-tags': { latest }, versions }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Name → version → what a registry says about it. */
async function readLocked(upstream: string): Promise<Map<string, Record<string, Manifest>>> {
  const found = new Map<string, Record<string, Manifest>>();
  const { packages } = (await read('package-lock.json')) as {
    packages: Record<string, { version: string; integrity: string }>;
  };
  for (const [path, locked] of Object.entries(packages)) {
    const name = path.split('node_modules/').at(-1) ?? '';
    if (name === '') continue;
    const { version, integrity } = locked;
    const dist = { tarball: `${upstream}/${name}/-/${basename(name)}-${version}.tgz`, integrity };
    found.set(name, { ...found.get(name), [version]: { ...locked, name, dist } });
  }
  return found;
}
