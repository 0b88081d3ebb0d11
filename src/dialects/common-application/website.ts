/**
 * Results that are websites, at an address that browsers open without a login and that cannot be guessed. It is valid as long
 * as its task.
 */
import { createHmac } from 'node:crypto';
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { fileResponse } from '../../api/files/file-response.ts';
import { file } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { DarkroomError, hasCode } from '../../errors.ts';
import type { JobSnapshot } from '../../jobs/ports/job-runtime.ts';
import { equalSecrets } from '../../lib/equal-secrets.ts';
import { parseUuid } from '../../lib/uuid.ts';
import { fails } from './envelope.ts';
import { FRONT_PAGE, NAME } from './model.ts';
import { taskId } from './requests.ts';

/** A public path, as `index.ts` declares. */
const BASE = '/api/v1/website';

type Task = Pick<JobSnapshot, 'job' | 'fingerprint'>;

/**
 * Returns the address of the front page.
 *
 * @param publicUrl address of this server, without a slash at the end
 */
export const websiteUrl = (task: Task, publicUrl: string): string =>
  `${publicUrl}${BASE}/${encodeURIComponent(task.job.tenant)}/${task.job.id}/${deriveSecret(task)}/${FRONT_PAGE}`;

/** The fingerprint is a keyed digest that no client sees, and stays the same when the master key is rotated. */
const deriveSecret = ({ job: { tenant, id }, fingerprint }: Task): string =>
  createHmac('sha256', fingerprint).update(`website:${tenant}/${id}`).digest('base64url');

export function websiteRoutes({ jobs }: Pick<ApiDependencies, 'jobs'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();

  app.openAPIRegistry.registerPath({
    method: 'get',
    path: `${BASE}/{tenant}/{task_id}/{secret}/{path}`,
    tags: [NAME],
    summary: 'A page or picture of a result of type WEBSITE',
    description: 'Needs no login. `GET /api/v1/result` returns the address.',
    request: {
      params: z.object({
        tenant: z.string(),
        task_id: taskId,
        secret: z.string(),
        path: z.string().openapi({ example: FRONT_PAGE }),
      }),
    },
    responses: { ...file('The file'), ...fails(404, 416, 503) },
  });
  app.get(`${BASE}/:tenant{[a-z0-9-]+}/:task_id/:secret/:path{.+}`, async (c) => {
    const { tenant, task_id, secret, path } = c.req.param();
    const missing = new DarkroomError('route_not_found', 'There is no website at this address');
    const id = parseUuid(task_id);
    if (id === null) throw missing;
    const task = await jobs.open({ tenant, id }, { dialect: NAME }).catch((error: unknown) => {
      throw hasCode(error, 'job_not_found') ? missing : error;
    });
    if (!equalSecrets(secret, deriveSecret(task))) throw missing;
    const response = await fileResponse(c, await task.file(path));
    // The address is a secret: links of the page must not carry it to other sites.
    response.headers.set('referrer-policy', 'no-referrer');
    return response;
  });

  return app;
}
