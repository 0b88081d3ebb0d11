/** Serves Temporal's Web UI at `/temporal/`: its pages, and the part of Temporal's HTTP API that they call. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { DarkroomError } from '../../errors.ts';
import { mediaTypeOf } from '../../lib/media-type.ts';
import { isSameSite } from '../auth/authentication.ts';
import { isForm } from '../bodies/media-type.ts';
import type { ApiEnv } from '../context.ts';
import { renderIndex } from './index-page.ts';
import type { TemporalUi } from './port.ts';
import { renderText } from './render-text.ts';
import { toUiSettings } from './ui-settings.ts';

/** Path of the UI on this server. */
export const UI_PATH = '/temporal';
const API_PATH = `${UI_PATH}/api/v1`;

interface TemporalUiOptions {
  /** Path of this server at its gateway; empty for none. */
  readonly basePath: string;
  /** Origin of this server as clients know it. */
  readonly publicUrl: string;
}

export function serveTemporalUi(
  app: OpenAPIHono<ApiEnv>,
  ui: TemporalUi,
  { basePath, publicUrl }: TemporalUiOptions,
): void {
  const guard: MiddlewareHandler<ApiEnv> = async (c, next) => {
    // The UI has full control over all jobs, so it is not for pages that may use the API (DARKROOM_CORS_ORIGINS) either.
    if (!isSameSite(c, publicUrl) && !isPageVisit(c))
      throw new DarkroomError('origin_forbidden', 'Web pages of other sites may not use the Temporal Web UI');
    await next();
  };
  app.use(UI_PATH, guard);
  app.use(`${UI_PATH}/*`, guard);

  app.get(`${API_PATH}/settings`, (c) => c.json(toUiSettings(ui)));
  app.on(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], `${API_PATH}/*`, async (c) => {
    // The size of forms is not limited.
    if (isForm(c.req.header('content-type')))
      throw new DarkroomError('unsupported_media_type', 'Temporal takes JSON');
    const { pathname, searchParams } = new URL(c.req.url);
    const { status, json } = await ui.call({
      method: c.req.method,
      path: pathname.slice(pathname.indexOf(`${API_PATH}/`) + API_PATH.length + 1),
      query: searchParams,
      body: await c.req.text(),
      signal: c.req.raw.signal,
    });
    return c.json(json as object, status as ContentfulStatusCode, { 'cache-control': 'no-store' });
  });
  app.get(`${UI_PATH}/render`, (c) => renderText(c, c.req.query('content') ?? ''));
  for (const path of ['_app/*', 'favicon.ico'])
    app.get(`${UI_PATH}/${path}`, async (c) => {
      const bytes = await ui.readPage(c.req.path.slice(UI_PATH.length + 1));
      if (bytes === null) throw new DarkroomError('route_not_found', 'Temporal’s Web UI has no such file');
      const isImmutable = c.req.path.includes('/immutable/');
      return c.body(new Uint8Array(bytes), 200, {
        'content-type': mediaTypeOf(c.req.path),
        'cache-control': isImmutable ? 'private, max-age=31536000, immutable' : 'no-cache',
        'x-content-type-options': 'nosniff',
      });
    });
  const showIndex = async (c: Context<ApiEnv>) => {
    const source = await ui.readPage('index.html');
    const { html, policy } = renderIndex(String(source), `${basePath}${UI_PATH}`);
    return c.html(html, 200, {
      'content-security-policy': policy,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  };
  app.get(UI_PATH, showIndex);
  app.get(`${UI_PATH}/*`, showIndex);
}

/** Whether a person follows a link to a page of the UI. The page that has the link learns nothing of it. */
const isPageVisit = (c: Context): boolean =>
  c.req.method === 'GET' &&
  c.req.header('sec-fetch-mode') === 'navigate' &&
  c.req.header('sec-fetch-dest') === 'document';
