import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { escapeHtml } from '../../lib/escape-html.ts';

const style =
  'body{margin:0;padding:1rem;font:14px sans-serif;white-space:pre-wrap;overflow-wrap:anywhere;color-scheme:light dark}';
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "frame-ancestors 'self'",
  'sandbox',
].join('; ');

/** Returns the page that the UI shows in a frame for the summary and the details of a workflow. It is plain text. */
export const renderText = (c: Context, text: string): Response =>
  c.html(
    `<!doctype html><meta charset="utf-8"><title>Text</title><style>${style}</style><body>${escapeHtml(text)}`,
    200,
    { 'content-security-policy': policy, 'x-content-type-options': 'nosniff' },
  ) as Response;
