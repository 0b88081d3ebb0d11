/** The OpenAPI 3.1 document, and a page that shows it without internet access. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import packageJson from '../../../package.json' with { type: 'json' };
import { addSecurity } from '../auth/security-schemes.ts';
import type { ApiEnv } from '../context.ts';

const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const served: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const script = (basePath: string) =>
  `window.ui = SwaggerUIBundle({ url: '${basePath}/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null });`;

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
<script src="${basePath}/docs/start.js"></script>
</body>
</html>
`;

/** No content of other origins, and no inline scripts. Swagger UI needs inline styles and images. */
const policy =
  "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self'; style-src 'self' 'unsafe-inline'";

const about = {
  openapi: '3.1.0',
  info: {
    title: 'darkroom',
    version: packageJson.version,
    description:
      'Durable jobs for images and assets: submit, watch, fetch results. Errors are RFC 9457 problems.',
  },
};

/** Removes the query parameter `_`, which routes ignore. */
function withoutIgnored(document: ReturnType<OpenAPIHono['getOpenAPI31Document']>) {
  for (const item of Object.values(document.paths ?? {}))
    for (const operation of Object.values(item) as { parameters?: { name?: string }[] }[])
      if (operation.parameters)
        operation.parameters = operation.parameters.filter(({ name }) => name !== '_');
  return document;
}

/**
 * Serves the OpenAPI document and the page that shows it.
 *
 * @param basePath path of this server as clients know it
 * @param publicPaths paths that are readable without login; null if nothing needs a login
 */
export function serveDocs(
  app: OpenAPIHono<ApiEnv>,
  basePath: string,
  publicPaths: readonly string[] | null,
): void {
  // Built by the first request, when all routes are registered, and kept: it takes a fraction of a second.
  let document: object | undefined;
  app.get('/openapi.json', (c) => {
    const plain = document
      ? null
      : app.getOpenAPI31Document({ ...about, servers: [{ url: basePath || '/' }] });
    if (plain)
      document = publicPaths ? addSecurity(withoutIgnored(plain), publicPaths) : withoutIgnored(plain);
    return c.json(document);
  });
  app.get('/docs', (c) => c.html(page(basePath), 200, { 'content-security-policy': policy }));
  app.get('/docs/start.js', (c) =>
    c.body(script(basePath), 200, { 'content-type': 'text/javascript; charset=utf-8' }),
  );
  for (const [file, type] of Object.entries(served)) {
    const bytes = readFileSync(join(assets, file));
    app.get(`/docs/${file}`, (c) =>
      c.body(bytes, 200, { 'content-type': type, 'cache-control': 'public, max-age=86400' }),
    );
  }
}
