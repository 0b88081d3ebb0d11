/** Assets of tasks. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { parseUuidRef } from '../../api/job-ref.ts';
import { json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { toBaseName } from '../../lib/file-name.ts';
import { readBody, readIdempotencyKey } from './body.ts';
import { envelope, fails, succeeded } from './envelope.ts';
import { NAME } from './model.ts';
import { type AssetData, assetBatch } from './requests.ts';
import type { TaskSettings } from './settings.ts';

export function assetRoutes(
  { jobs, submissions }: Pick<ApiDependencies, 'jobs' | 'submissions'>,
  { DARKROOM_TASK_ASSETS_PER_BATCH: max }: TaskSettings,
): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  const schema = assetBatch(max);

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/v1/assets',
    ...requires('jobs.submit'),
    tags: [NAME],
    summary: 'Add assets to a task: all of these or, on an error, none',
    description: 'With an Idempotency-Key, a repeated call counts once.',
    request: { body: { required: true, content: { 'application/json': { schema } } } },
    responses: {
      200: json(envelope(z.null()), 'The task has the assets'),
      ...fails(400, 404, 409, 413, 415, 422, 503),
    },
  });
  app.post('/api/v1/assets', async (c) => {
    const { task_id, data, final } = await readBody(c, schema);
    const ref = parseUuidRef(c, task_id);
    const assets = data.map(toAsset);
    if (assets.length === 0 && !final) await jobs.open(ref, { dialect: NAME });
    else {
      const request = { assets, final: final ?? false, idempotencyKey: readIdempotencyKey(c) };
      await submissions.addAssets(ref, request, { dialect: NAME });
    }
    return c.json(succeeded(null));
  });

  return app;
}

/** A name may be a path, such as `DCIM/100MEDIA/DJI_0042.jpg`. An asset without a usable name is named after its URL. */
function toAsset({ file_name, attributes, download_url }: AssetData) {
  const name = toBaseName(file_name.slice(-MAX_NAME));
  return { ...(name && { name }), attributes: attributes ?? {}, source: { url: download_url } };
}

/** Characters of an asset's name. The end of a longer name is kept, because it has the extension. */
const MAX_NAME = 200;
