/**
 * The console: a page at `/`, and its modules below an address that changes with any of them, so that browsers may keep
 * them for ever. What is served is read once, at start; an address that is not in that table leads nowhere.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { DarkroomError } from '../../errors.ts';
import { builtRoot } from '../../lib/resources.ts';
import { matchesEtag } from '../files/file-response.ts';
import { consolePage } from './console-page.ts';

const here = fileURLToPath(builtRoot);
const require = createRequire(import.meta.url);

/** Import specifiers of packages and the files that serve them. The page lists them in an import map. */
const packages: Readonly<Record<string, readonly [name: string, file: string]>> = {
  preact: ['preact', 'dist/preact.mjs'],
  'preact/hooks': ['preact', 'hooks/dist/hooks.mjs'],
  'preact/jsx-runtime': ['preact', 'jsx-runtime/dist/jsxRuntime.mjs'],
  'eventsource-parser': ['eventsource-parser', 'dist/index.js'],
};

/** Folders of our own modules, as the compiler lays them out; what needs Node is not for browsers. */
const folders = ['web', 'src/client'];
/** Modules of other directories that these import. */
const sharedModules = [
  'src/lib/retry-after.js',
  'src/lib/semaphore.js',
  'src/lib/units.js',
  'src/lib/with-timeout.js',
];
const forNode = new Set(['src/client/files.js']);

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

interface Part {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly type: string;
}

/** `temporalUi`: address of Temporal's Web UI, where the server knows it. */
// biome-ignore lint/suspicious/noExplicitAny: any environment will do
export function serveConsole(app: OpenAPIHono<any>, { temporalUi }: { temporalUi: string | null }): void {
  const parts = new Map([...ownParts(), ...packagedParts()]);
  const digest = digestOf(parts);
  const base = `console/${digest}/`;
  const page = consolePage({
    base,
    imports: Object.fromEntries(Object.keys(packages).map((name) => [name, `./${base}${packaged(name)}`])),
    modules: [...parts].filter(([, { type }]) => type === types['js']).map(([path]) => path),
    temporalUi,
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
    const part = parts.get(c.req.path.slice(base.length + 1));
    if (!part || c.req.param('digest') !== digest) {
      throw new DarkroomError(
        'route_not_found',
        'The console has no such part now; load the page at / again',
      );
    }
    return c.body(part.bytes, 200, {
      'content-type': part.type,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
  });
}

function* ownParts(): Generator<[string, Part]> {
  for (const folder of folders) {
    const root = join(here, folder);
    if (!existsSync(root)) continue;
    for (const name of readdirSync(root, { recursive: true }).map(String).sort()) {
      const path = relative(here, join(root, name)).split(sep).join('/');
      const type = typeOf(path);
      if (type !== undefined && !forNode.has(path))
        yield [path, { bytes: readFileSync(join(root, name)), type }];
    }
  }
  for (const path of sharedModules)
    if (existsSync(join(here, path)))
      yield [path, { bytes: readFileSync(join(here, path)), type: types['js'] ?? '' }];
}

function* packagedParts(): Generator<[string, Part]> {
  for (const [name, [from, file]] of Object.entries(packages)) {
    const bytes = readFileSync(join(dirname(require.resolve(`${from}/package.json`)), file));
    yield [packaged(name), { bytes, type: types['js'] ?? '' }];
  }
}

const packaged = (name: string): string => `packages/${name}.js`;

const typeOf = (path: string): string | undefined => types[path.split('.').at(-1) ?? ''];

function digestOf(parts: ReadonlyMap<string, Part>): string {
  const hash = createHash('sha256');
  for (const [path, { bytes }] of parts) hash.update(`${path}\n${bytes.length}\n`).update(bytes);
  return hash.digest('base64url').slice(0, 16);
}
