/**
 * Serves the console: a page at `/`, and its assets at addresses with a digest of all assets, so that browsers cache them
 * forever. All assets are read once, at start. No other file can be requested.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { DarkroomError } from '../../errors.ts';
import { builtRoot } from '../../lib/resources.ts';
import { matchesEtag } from '../files/file-response.ts';
import { renderPage } from './console-page.ts';

const here = fileURLToPath(builtRoot);
const require = createRequire(import.meta.url);

/** Import specifiers of packages and the files that serve them. The page lists them in an import map. */
const packages: Readonly<Record<string, readonly [name: string, file: string]>> = {
  preact: ['preact', 'dist/preact.mjs'],
  'preact/hooks': ['preact', 'hooks/dist/hooks.mjs'],
  'preact/jsx-runtime': ['preact', 'jsx-runtime/dist/jsxRuntime.mjs'],
  'eventsource-parser': ['eventsource-parser', 'dist/index.js'],
};

/** Directories of the console's own assets in the build. */
const directories = ['web', 'src/client'];
/** Modules that these import from other directories. */
const sharedModules = [
  'src/jobs/model/states.js',
  'src/lib/json-faults.js',
  'src/lib/number-text.js',
  'src/lib/retry-after.js',
  'src/lib/semaphore.js',
  'src/lib/units.js',
  'src/lib/with-timeout.js',
];
/** Modules that need Node and do not run in browsers. */
const nodeModules = new Set(['src/client/files.js']);

const JAVASCRIPT = 'text/javascript; charset=utf-8';
const types: Readonly<Record<string, string>> = {
  js: JAVASCRIPT,
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

interface Asset {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly type: string;
}

/** Adds the routes of the console. `temporalWorkflows`: address of the workflows in Temporal's Web UI, if the server knows it. */
// biome-ignore lint/suspicious/noExplicitAny: any environment will do
export function serveConsole(app: OpenAPIHono<any>, temporalWorkflows: string | null): void {
  const assets = new Map([...readOwnAssets(), ...readPackages()]);
  const digest = computeDigest(assets);
  const base = `console/${digest}/`;
  const page = renderPage({
    base,
    imports: Object.fromEntries(Object.keys(packages).map((name) => [name, `./${base}${packagePath(name)}`])),
    modules: [...assets].filter(([, { type }]) => type === JAVASCRIPT).map(([path]) => path),
    temporalWorkflows,
  });
  const etag = `"${createHash('sha256').update(page.html).digest('base64url').slice(0, 27)}"`;

  app.get('/', (c) => {
    const headers = {
      'content-security-policy': page.policy,
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      etag,
    };
    if (matchesEtag(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
    return c.html(page.html, 200, headers);
  });
  app.get(`/console/:digest/:path{.+}`, (c) => {
    const asset = assets.get(c.req.path.slice(base.length + 1));
    if (!asset || c.req.param('digest') !== digest) {
      throw new DarkroomError(
        'route_not_found',
        'The console has no such file now; load the page at / again',
      );
    }
    return c.body(asset.bytes, 200, {
      'content-type': asset.type,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
  });
}

function* readOwnAssets(): Generator<[string, Asset]> {
  const own = directories.flatMap((directory) =>
    existsSync(join(here, directory))
      ? readdirSync(join(here, directory), { recursive: true }).map(
          (name) => `${directory}/${String(name).split(sep).join('/')}`,
        )
      : [],
  );
  for (const path of [...own.sort(), ...sharedModules]) {
    const type = types[path.split('.').at(-1) ?? ''];
    const file = join(here, path);
    if (type !== undefined && !nodeModules.has(path) && existsSync(file))
      yield [path, { bytes: readFileSync(file), type }];
  }
}

function* readPackages(): Generator<[string, Asset]> {
  for (const [name, [from, file]] of Object.entries(packages)) {
    const bytes = readFileSync(join(dirname(require.resolve(`${from}/package.json`)), file));
    yield [packagePath(name), { bytes, type: JAVASCRIPT }];
  }
}

const packagePath = (name: string): string => `packages/${name}.js`;

function computeDigest(assets: ReadonlyMap<string, Asset>): string {
  const hash = createHash('sha256');
  for (const [path, { bytes }] of assets) hash.update(`${path}\n${bytes.length}\n`).update(bytes);
  return hash.digest('base64url').slice(0, 16);
}
