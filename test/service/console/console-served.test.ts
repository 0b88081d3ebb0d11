/** How the console is served: a page that is asked for anew, parts that are kept for ever, and nothing else. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Darkroom, sleep, startStack } from '../../support/stack.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  // It needs neither Temporal nor a worker.
  darkroom = await startStack({
    command: 'api',
    skipReadiness: true,
    env: { DARKROOM_TEMPORAL_UI: 'serve' },
  });
  while ((await darkroom.request('/healthz').catch(() => null)) === null) await sleep(100);
});
afterAll(() => darkroom.dispose());

const partsOf = (html: string) =>
  [...html.matchAll(/(?:src|href)="(console\/[^"]+)"/g)].map(([, path = '']) => path);

/** Addresses that a module imports: at once, or when they are needed. */
const importsOf = (path: string, text: string) =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+\.js)"/g)].map(([, name = '']) =>
    new URL(name, `http://x/${path}`).pathname.slice(1),
  );

test('the page permits only scripts and styles of this server', async () => {
  const page = await darkroom.request('/');
  expect(page.status).toBe(200);
  expect((page.headers.get('content-security-policy') ?? '').split('; ')).toEqual([
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
  ]);
  expect(await page.text()).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
  expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  const etag = page.headers.get('etag') ?? '';
  expect((await darkroom.request('/', { headers: { 'if-none-match': etag } })).status).toBe(304);
});

test('the page and its parts are few and small; viewers come later, and all parts are cached forever', async () => {
  const html = await (await darkroom.request('/')).text();
  const parts = partsOf(html);
  const texts = new Map<string, string>();
  const read = async (path: string) => {
    const part = await darkroom.request(`/${path}`);
    expect([path, part.status]).toEqual([path, 200]);
    expect(part.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    if (path.endsWith('.js')) expect(part.headers.get('content-type')).toMatch(/^text\/javascript/);
    texts.set(path, await part.text());
  };
  for (const path of parts) await read(path);
  const gzipped = [html, ...texts.values()].reduce((sum, text) => sum + gzipSync(text).length, 0);
  expect(gzipped).toBeLessThan(120_000);
  // Beside these the browser asks for the session, the readiness, the jobs, their numbers and the operations.
  expect(parts.length + 1).toBeLessThanOrEqual(5);

  const later = parts
    .flatMap((path) => importsOf(path, texts.get(path) ?? ''))
    .filter((path) => !texts.has(path));
  expect(later.length).toBeGreaterThan(0);
  for (const path of new Set(later)) await read(path);
  expect([...texts.values()].some((text) => text.includes('WebGLRenderer'))).toBe(true);
  expect(parts.some((path) => texts.get(path)?.includes('WebGLRenderer'))).toBe(false);
});

test('serves no other file, no path outside, and no earlier version', async () => {
  const html = await (await darkroom.request('/')).text();
  const [some = ''] = partsOf(html);
  const base = some.split('/').slice(0, 2).join('/');
  const others = [
    `${base}/preload.json`,
    `${base}/../src/main.js`,
    `${base}/%2e%2e/src/main.js`,
    `${base}/..%2fsrc%2fmain.js`,
    `${base}/package.json`,
    'console/another/main.js',
    'console/',
  ];
  for (const path of others) expect([path, (await darkroom.request(`/${path}`)).status]).toEqual([path, 404]);
});

test('no page can be framed by another site', async () => {
  for (const path of ['/', '/docs', '/temporal', '/temporal/namespaces/default/workflows']) {
    const page = await darkroom.request(path);
    expect([path, page.status]).toEqual([path, 200]);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('content-security-policy')).toMatch(/(^|; )frame-ancestors 'none'(;|$)/);
  }
});
