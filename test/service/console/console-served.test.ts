/** How the console is served: a page that is asked for anew, parts that are kept for ever, and nothing else. */
import { createHash } from 'node:crypto';
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

test('the page permits only its own scripts and the import map with its digest', async () => {
  const page = await darkroom.request('/');
  const html = await page.text();
  expect(page.status).toBe(200);
  const policy = page.headers.get('content-security-policy') ?? '';
  const [, map = ''] = /<script type="importmap">(.*?)<\/script>/.exec(html) ?? [];
  const digest = createHash('sha256').update(map).digest('base64');
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    `script-src 'self' 'sha256-${digest}'`,
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' blob: data:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  const etag = page.headers.get('etag') ?? '';
  expect((await darkroom.request('/', { headers: { 'if-none-match': etag } })).status).toBe(304);
});

test('all assets and imported modules are served with their type, and cached forever', async () => {
  const html = await (await darkroom.request('/')).text();
  const { imports } = JSON.parse(/<script type="importmap">(.*?)<\/script>/.exec(html)?.[1] ?? '{}') as {
    imports: Record<string, string>;
  };
  const parts = new Set(partsOf(html));
  expect(parts.size).toBeGreaterThan(20);
  for (const path of parts) {
    const part = await darkroom.request(`/${path}`);
    expect([path, part.status]).toEqual([path, 200]);
    expect(part.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const text = await part.text();
    if (!path.endsWith('.js')) continue;
    expect(part.headers.get('content-type')).toMatch(/^text\/javascript/);
    for (const [, name = ''] of text.matchAll(/^(?:import|export)\s[^'"]*?\sfrom\s*['"]([^'"]+)['"]/gm)) {
      const target = name.startsWith('.')
        ? new URL(name, `http://x/${path}`).pathname.slice(1)
        : imports[name]?.slice(2);
      expect(parts, `${path} imports ${name}`).toContain(target);
    }
  }
});

test('serves no other file, no path outside, and no earlier version', async () => {
  const html = await (await darkroom.request('/')).text();
  const [some = ''] = partsOf(html);
  const base = some.split('/').slice(0, 2).join('/');
  const others = [
    `${base}/src/client/files.js`,
    `${base}/src/main.js`,
    `${base}/web/../src/main.js`,
    `${base}/web/%2e%2e/src/main.js`,
    `${base}/web/..%2fsrc%2fmain.js`,
    `${base}/package.json`,
    `${base}/web/main.js.map`,
    'console/another/web/main.js',
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
