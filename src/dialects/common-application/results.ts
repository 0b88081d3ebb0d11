/** GET /api/v1/result. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { parseUuidRef } from '../../api/job-ref.ts';
import { file } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { DarkroomError } from '../../errors.ts';
import type { JobSnapshot } from '../../jobs/ports/job-runtime.ts';
import { downloadResponse } from './download.ts';
import { fails, succeeded } from './envelope.ts';
import { findFailure, NAME, toResultType, toStatus } from './model.ts';
import { idQuery } from './requests.ts';
import { websiteUrl } from './website.ts';

/** A single file takes Range and If-None-Match, a ZIP only the latter. */
const streamed = file('The result', 'application/octet-stream');

export function resultRoutes({
  jobs,
  publicUrl,
}: Pick<ApiDependencies, 'jobs' | 'publicUrl'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/result',
      ...requires('results.export'),
      tags: [NAME],
      summary: 'The result of a task, by its type',
      request: { query: idQuery },
      responses: {
        ...streamed,
        200: {
          description:
            'STREAM: the file, or a ZIP of several. JSON: the result. WEBSITE: `data` is its address',
          content: {
            ...streamed[200].content,
            'application/json': { schema: z.unknown().openapi({ example: { any: 'JSON' } }) },
          },
        },
        ...fails(404, 416, 422, 503),
      },
    }),
    async (c) => {
      const opened = await jobs.open(parseUuidRef(c, c.req.valid('query').id), { dialect: NAME });
      if (!opened.job.result) throw notReady(opened);
      const result = await opened.result();
      const type = toResultType(result);
      if (type === 'JSON') return c.json(result.manifest.data as never) as never;
      if (type === 'STREAM') return (await downloadResponse(c, opened.job, result)) as never;
      return c.json(succeeded(websiteUrl(opened, publicUrl))) as never;
    },
  );

  return app;
}

function notReady(snapshot: JobSnapshot): DarkroomError {
  const message = `The task is ${toStatus(snapshot)}; its result is here once it is COMPLETED`;
  return new DarkroomError('result_not_ready', findFailure(snapshot.job) ?? message);
}
