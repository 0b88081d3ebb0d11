/** The page of Temporal's Web UI, which loads everything else. */
import { createHash } from 'node:crypto';

interface IndexPage {
  readonly html: string;
  /** Content-Security-Policy: only scripts, styles and data of this server. */
  readonly policy: string;
}

/**
 * Returns the page for a UI that is served below a path.
 *
 * @param source the page for the root of a server
 * @param base such as `/temporal`
 */
export function renderIndex(source: string, base: string): IndexPage {
  const html = source
    .replace('<head>', `<head>\n    <link rel="icon" href="${base}/favicon.ico">`)
    .replaceAll('"/_app/', `"${base}/_app/`)
    .replaceAll('base: ""', `base: ${JSON.stringify(base)}`)
    // Its hash of the inline script no longer holds. The header has the new one.
    .replace(/<meta[^>]*http-equiv="content-security-policy"[^>]*>/i, '');
  const hashes = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${hashes.join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "connect-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self'",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "frame-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return { html, policy };
}
