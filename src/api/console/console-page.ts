import { createHash } from 'node:crypto';
import { escapeHtml } from '../../lib/escape-html.ts';

interface PageParts {
  /** Directory of the assets, relative to the page, so that a gateway can serve darkroom below a path. */
  readonly base: string;
  /** Import map: bare module names to addresses. */
  readonly imports: Readonly<Record<string, string>>;
  /** Paths of all modules below `base`, to preload. */
  readonly modules: readonly string[];
  readonly temporalWorkflows: string | null;
}

/** Returns the page and its Content-Security-Policy, which permits only scripts and styles of this server. */
export function renderPage({ base, imports, modules, temporalWorkflows }: PageParts): {
  html: string;
  policy: string;
} {
  const importMap = JSON.stringify({ imports });
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${temporalWorkflows === null ? '' : `<meta name="temporal-workflows" content="${escapeHtml(temporalWorkflows)}">\n`}<title>darkroom</title>
<link rel="icon" type="image/svg+xml" href="${base}web/icon.svg">
<link rel="stylesheet" href="${base}web/style.css">
<script type="importmap">${importMap}</script>
${modules.map((path) => `<link rel="modulepreload" href="${base}${path}">`).join('\n')}
<script type="module" src="${base}web/main.js"></script>
</head>
<body>
<div id="console"></div>
<noscript>The console needs JavaScript. Without it, use the <a href="docs">API</a> or the command line.</noscript>
</body>
</html>
`;
  const hash = createHash('sha256').update(importMap).digest('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' blob: data:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return { html, policy };
}
