/**
 * Serves the console: a page at `/`, and its assets at addresses with a digest of all assets, so that browsers cache them
 * forever. All assets are read once, at start. No other file can be requested.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { DarkroomError } from '../../errors.ts';
import { builtRoot } from '../../lib/resources.ts';
import { matchesEtag } from '../files/file-response.ts';
import { pagePolicy, renderPage } from './console-page.ts';

/** The bundle, as `scripts/bundle-console.mjs` writes it. */
const directory = join(fileURLToPath(builtRoot), 'web');
const PRELOAD = 'preload.json';

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
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
  const assets = new Map(readAssets());
  const digest = computeDigest(assets);
  const base = `console/${digest}/`;
  const page = renderPage({ base, preload: readPreload(), temporalWorkflows });
  const etag = `"${createHash('sha256').update(page).digest('base64url').slice(0, 27)}"`;

  app.get('/', (c) => {
    const headers = {
      'content-security-policy': pagePolicy,
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      etag,
    };
    if (matchesEtag(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
    return c.html(page, 200, headers);
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

function* readAssets(): Generator<[string, Asset]> {
  if (!existsSync(directory)) return;
  const names = readdirSync(directory, { recursive: true }).map((name) => String(name).split(sep).join('/'));
  for (const path of names.sort()) {
    const type = types[path.split('.').at(-1) ?? ''];
    if (type !== undefined) yield [path, { bytes: readFileSync(join(directory, path)), type }];
  }
}

const readPreload = (): readonly string[] =>
  existsSync(join(directory, PRELOAD)) ? JSON.parse(readFileSync(join(directory, PRELOAD), 'utf8')) : [];

function computeDigest(assets: ReadonlyMap<string, Asset>): string {
  const hash = createHash('sha256');
  for (const [path, { bytes }] of assets) hash.update(`${path}\n${bytes.length}\n`).update(bytes);
  return hash.digest('base64url').slice(0, 16);
}
