import { escapeHtml } from '../../lib/escape-html.ts';

interface PageParts {
  /** Directory of the assets, relative to the page, so that a gateway can serve darkroom below a path. */
  readonly base: string;
  /** Paths of modules below `base` that `main.js` imports. */
  readonly preload: readonly string[];
  readonly temporalWorkflows: string | null;
}

/**
 * The Content-Security-Policy of the page: only scripts, styles and requests of this server. Viewers show results as
 * object URLs (`blob:`), and galleries in a frame.
 */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self' blob:",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "frame-src 'self' blob:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Returns the page as HTML. */
export const renderPage = ({ base, preload, temporalWorkflows }: PageParts): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${temporalWorkflows === null ? '' : `<meta name="temporal-workflows" content="${escapeHtml(temporalWorkflows)}">\n`}<title>darkroom</title>
<link rel="icon" type="image/svg+xml" href="${base}icon.svg">
<link rel="stylesheet" href="${base}style.css">
${preload.map((path) => `<link rel="modulepreload" href="${base}${path}">\n`).join('')}<script type="module" src="${base}main.js"></script>
</head>
<body>
<div id="console"></div>
<noscript>The console needs JavaScript. Without it, use the <a href="docs">API</a> or the command line.</noscript>
</body>
</html>
`;
