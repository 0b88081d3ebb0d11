/** The OpenAPI documents, a catalogue of them, and a page that shows them without internet access. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from '../context.ts';
import type { MountedDialect } from '../dialect.ts';
import { buildDocument, type DocumentOptions, documentPath } from './document.ts';
import type { OpenApi } from './refine.ts';

const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const served: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui-standalone-preset.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const script = (urls: readonly { name: string; url: string }[]) => `window.ui = SwaggerUIBundle({
  urls: ${JSON.stringify(urls)},
  dom_id: '#docs',
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: 'StandaloneLayout',
});`;

const page = (basePath: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>darkroom API</title>
<link rel="icon" href="${basePath}/docs/favicon-32x32.png">
<link rel="stylesheet" href="${basePath}/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="${basePath}/docs/swagger-ui-bundle.js"></script>
<script src="${basePath}/docs/swagger-ui-standalone-preset.js"></script>
<script src="${basePath}/docs/start.js"></script>
</body>
</html>
`;

/** No content of other origins, and no inline scripts. Swagger UI needs inline styles and images. */
const policy =
  "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

/** Serves the documents of all dialects, the catalogue and the page. */
export function serveDocs(
  app: OpenAPIHono<ApiEnv>,
  dialects: readonly MountedDialect[],
  options: DocumentOptions,
): void {
  const { basePath } = options;
  for (const dialect of dialects) {
    // Built by the first request, when all routes are registered.
    let document: OpenApi | undefined;
    app.get(documentPath(dialect.name), (c) => {
      document ??= buildDocument(dialect, options);
      return c.json(document as object);
    });
  }
  // RFC 9727 (api-catalog), RFC 9264 (linkset).
  app.get('/.well-known/api-catalog', (c) => {
    const type = 'application/vnd.oai.openapi+json;version=3.1';
    const linkset = dialects.map(({ name, paths }) => ({
      anchor: `${basePath}${paths[0]}`,
      'service-desc': [{ href: basePath + documentPath(name), type, title: name }],
      'service-doc': [{ href: `${basePath}/docs?urls.primaryName=${name}`, type: 'text/html' }],
    }));
    return c.body(JSON.stringify({ linkset }), 200, {
      'content-type': 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"',
    });
  });
  app.get('/docs', (c) => c.html(page(basePath), 200, { 'content-security-policy': policy }));
  app.get('/docs/start.js', (c) => {
    const urls = dialects.map(({ name }) => ({ name, url: basePath + documentPath(name) }));
    return c.body(script(urls), 200, { 'content-type': 'text/javascript; charset=utf-8' });
  });
  for (const [file, type] of Object.entries(served)) {
    const bytes = readFileSync(join(assets, file));
    app.get(`/docs/${file}`, (c) =>
      c.body(bytes, 200, { 'content-type': type, 'cache-control': 'public, max-age=86400' }),
    );
  }
}
